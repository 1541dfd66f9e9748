"""`python -m gifworthy` is the same as `gifworthy`."""

from gifworthy.cli import main

main()
