#!/usr/bin/env python3
"""Draws docs/recording/first-upload.svg: a real terminal with the real program, uploading to the emulator.

    cargo build --release --locked
    pip install pyte
    docs/recording/record.py

The commands are typed by this script, all that is printed comes from the program. The emulator reads slowly (its fault
`trickle`), so that the bar can be seen.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import drawing
import terminal

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target" / "release" / "cosput"
FILE, SIZE = "backup.tar", 400 << 20
# Of each part, in bytes a second.
RATE = 3_000_000
KEYS = {"COS_SECRET_ID": "AKIDcosputemulator", "COS_SECRET_KEY": "cosput-emulator-secret"}
UPLOAD = f"cosput upload {FILE} --bucket examplebucket-1250000000"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "bin").mkdir()
        shutil.copy(PROGRAM, place / "bin" / "cosput")
        with (place / FILE).open("wb") as file:
            for _ in range(SIZE >> 20):
                file.write(os.urandom(1 << 20))
        emulator, address = start_emulator(place)
        try:
            frames = play(place, address)
        finally:
            emulator.terminate()
            emulator.wait()
    picture = pathlib.Path(__file__).with_name("first-upload.svg")
    picture.write_text(drawing.draw(frames, terminal.COLUMNS, terminal.ROWS), encoding="utf-8")
    print(f"{picture.relative_to(ROOT)}: {len(frames)} frames, {picture.stat().st_size >> 10} KiB")


def start_emulator(place: pathlib.Path) -> tuple[subprocess.Popen, str]:
    """Starts the emulator on a free port; the second value is its address."""
    fault = f"trickle:on=upload-part,rate={RATE},times=0"
    command = [place / "bin" / "cosput", "emulator", "--dir", place / "objects", "--listen", "127.0.0.1:0", "--fault", fault]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return process, found[0]
    raise SystemExit("the emulator did not start")


def play(place: pathlib.Path, address: str) -> list[terminal.Frame]:
    """Runs the commands; the frames of all of them in one recording."""
    environment = KEYS | {
        "COSPUT_ENDPOINT": address,
        "HOME": str(place),
        "PATH": f"{place / 'bin'}:/usr/bin:/bin",
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
    recording = terminal.Recording(place, environment)
    recording.type(UPLOAD)
    recording.run(UPLOAD, interrupt_at=re.compile(r"\b[3-9]\d%"))
    recording.type("# The same command again: only the missing parts are sent.")
    recording.type(UPLOAD)
    recording.run(UPLOAD)
    recording.hold()
    return recording.frames


if __name__ == "__main__":
    main()
