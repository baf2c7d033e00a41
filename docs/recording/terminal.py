"""A terminal that programs run in, and what it showed over time."""

import dataclasses
import fcntl
import os
import pathlib
import pty
import re
import signal
import struct
import termios
import time

import pyte

COLUMNS, ROWS = 104, 13
PROMPT = "$ "
# Seconds: of one typed character, after a typed line, of the last frame.
KEY, RETURN, LAST = 0.03, 0.4, 4.0
# Seconds between two frames at least.
TICK = 0.1


@dataclasses.dataclass
class Frame:
    """What the screen showed from a moment on: for each line its runs of characters of one style."""

    at: float
    lines: list[list[tuple[str, str, bool]]]


class Recording:
    """A screen, and its frames so far. Typing takes no real time, programs take theirs."""

    def __init__(self, place: pathlib.Path, environment: dict[str, str]):
        self.place, self.environment = place, environment
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.now = 0.0
        self.frames: list[Frame] = []
        self.show(PROMPT)

    def show(self, text: str) -> None:
        self.stream.feed(text.encode())
        self.keep()

    def type(self, line: str) -> None:
        """Shows a line as it is typed; a comment gets the next prompt."""
        for character in line:
            self.show(character)
            self.now += KEY
        self.now += RETURN
        self.show("\r\n" + (PROMPT if line.startswith("#") else ""))

    def run(self, command: str, interrupt_at: re.Pattern | None = None) -> None:
        """Runs a command in a terminal until it ends; Ctrl-C is pressed once the pattern is on the screen."""
        child, master = pty.fork()
        if child == 0:
            os.chdir(self.place)
            os.execvpe("bash", ["bash", "-c", f"exec {command}"], self.environment)
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.kill(child, signal.SIGWINCH)
        began, since = time.monotonic(), self.now
        kept = 0.0
        while data := self.read(master):
            self.stream.feed(data)
            self.now = since + time.monotonic() - began
            if time.monotonic() - kept >= TICK:
                self.keep()
                kept = time.monotonic()
            if interrupt_at and interrupt_at.search("\n".join(self.screen.display)):
                os.write(master, b"\x03")
                interrupt_at = None
        os.waitpid(child, 0)
        os.close(master)
        self.show(PROMPT)

    @staticmethod
    def read(master: int) -> bytes:
        """The next bytes of the program, empty at its end."""
        try:
            return os.read(master, 1 << 16)
        except OSError:
            return b""

    def hold(self) -> None:
        """Lets the last frame stand."""
        self.now += LAST
        self.frames.append(Frame(self.now, self.frames[-1].lines))

    def keep(self) -> None:
        """Takes a frame, if the screen has changed."""
        lines = [runs(self.screen.buffer[row]) for row in range(ROWS)]
        if not self.frames or lines != self.frames[-1].lines:
            self.frames.append(Frame(self.now, lines))


def runs(row) -> list[tuple[str, str, bool]]:
    """A line of the screen as runs of text, colour and boldness, without what is blank at its end."""
    found: list[tuple[str, str, bool]] = []
    for column in range(COLUMNS):
        cell = row[column]
        if found and found[-1][1:] == (cell.fg, cell.bold):
            found[-1] = (found[-1][0] + cell.data, cell.fg, cell.bold)
        else:
            found.append((cell.data, cell.fg, cell.bold))
    while found and not found[-1][0].strip():
        found.pop()
    return found
