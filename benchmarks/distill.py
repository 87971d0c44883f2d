"""Makes the table of measured times, and the figures of the page on cost: `python benchmarks/distill.py FILE.json ...`.

The files are what `pytest benchmarks --benchmark-json=FILE.json` writes, on this machine or another. Devices that they
do not speak of stay in the table as they were. The page itself is written by `python -m srnn_lib claims --write`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from srnn_lib import saving
from srnn_lib.checks import BadInput
from srnn_lib.experiments import benchmarks
from srnn_lib.figures import cost


def main(arguments: list[str]) -> int:
    """Make the table and the figures of these files; 2 if the request was wrong."""
    try:
        if not arguments:
            raise BadInput("no file; give what pytest benchmarks --benchmark-json=FILE has written")
        folder = saving.root()
        times = benchmarks.collect(map(Path, arguments), folder)
        for path in [benchmarks.table_file(folder), *cost.draw(times, folder)]:
            print(path.relative_to(folder).as_posix())
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
