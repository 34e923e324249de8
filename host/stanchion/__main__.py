"""`python -m stanchion` is the `stanchion` command."""

from stanchion.cli.main import app

if __name__ == "__main__":
    app()
