"""`python -m stanchion.wiredocs` writes every file that follows from the method table."""

from pathlib import Path

from stanchion.wiredocs.files import generated_files


def main() -> None:
    root = Path(__file__).resolve().parents[3]
    for relative, text in generated_files(root).items():
        path = root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(f"wrote {relative}")


if __name__ == "__main__":
    main()
