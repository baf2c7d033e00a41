"""A recording as one SVG file that moves by CSS alone: a strip of frames, of which a window shows one."""

from html import escape

CELL, LINE, MARGIN = 8.43, 20, 16
COLOURS = {
    "default": "#d4d4d4", "black": "#666666", "red": "#f48771", "green": "#89d185", "brown": "#e5c07b",
    "blue": "#6cb6ff", "magenta": "#d670d6", "cyan": "#4ec9b0", "white": "#ffffff",
}
BACKGROUND = "#1e1e1e"


def draw(frames, columns: int, rows: int) -> str:
    """The file. A line that stands in several frames is written once."""
    width, height = columns * CELL + 2 * MARGIN, rows * LINE + 2 * MARGIN
    lines: dict[tuple, int] = {}
    strip = []
    for number, frame in enumerate(frames):
        used = "".join(
            f'<use href="#l{lines.setdefault(tuple(runs), len(lines))}" y="{row * LINE}"/>'
            for row, runs in enumerate(frame.lines)
            if runs
        )
        strip.append(f'<g transform="translate({number * width:.1f} 0)">{used}</g>')
    texts = "".join(f'<g id="l{number}">{line(runs)}</g>' for runs, number in lines.items())
    total = frames[-1].at
    steps = "".join(
        f"{frame.at / total:.3%}{{transform:translateX({-number * width:.1f}px)}}" for number, frame in enumerate(frames[:-1])
    )
    last = f"transform:translateX({-(len(frames) - 1) * width:.1f}px)"
    style = (
        "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}"
        f"@keyframes play{{{steps}to{{{last}}}}}"
        f".strip{{animation:play {total:.2f}s step-end infinite}}"
        f"@media(prefers-reduced-motion:reduce){{.strip{{animation:none;{last}}}}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" role="img">'
        "<title>A terminal: an upload is interrupted; the same command finishes it</title>"
        f"<style>{style}</style><defs>{texts}</defs>"
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>'
        f'<svg x="{MARGIN}" y="{MARGIN}" width="{width - 2 * MARGIN:.1f}" height="{rows * LINE}">'
        f'<g class="strip">{"".join(strip)}</g></svg></svg>\n'
    )


def line(runs) -> str:
    """The texts of one line of the screen, each where its column is."""
    drawn, column = [], 0
    for text, colour, bold in runs:
        if text.strip():
            weight = ' font-weight="bold"' if bold else ""
            fill = COLOURS.get(colour, f"#{colour}" if len(colour) == 6 else COLOURS["default"])
            drawn.append(
                f'<text x="{column * CELL:.1f}" y="15" fill="{fill}"{weight} textLength="{len(text) * CELL:.1f}">'
                f"{escape(text)}</text>"
            )
        column += len(text)
    return "".join(drawn)
