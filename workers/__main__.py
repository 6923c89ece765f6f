"""`python -m workers consumer screen-pop|call-log|wallboard`, `… rq`, `… cron`."""

from __future__ import annotations

import sys

from workers.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
