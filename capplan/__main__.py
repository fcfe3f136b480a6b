"""`python -m capplan`. It does nothing beside."""

from capplan.cli import main

if __name__ == "__main__":
    main()
