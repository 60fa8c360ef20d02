"""Write a table into README.md, between the two comments that mark its place."""


def replace(path, mark, text):
    """Put `text` between `<!-- mark -->` and `<!-- /mark -->`."""
    start, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    page = path.read_text(encoding="utf-8")
    head, rest = page.split(start)
    path.write_text(head + start + "\n" + text + "\n" + end + rest.split(end)[1], encoding="utf-8")
