"""The pages of an export that people read, as Markdown."""

from typing import Any

from indaba.process.file_store import clean_name

Tables = dict[str, dict[str, list[dict[str, Any]]]]


def meetings_page(tables: Tables) -> str:
    """Meetings in the order they were held, each with what is written about it."""
    known = tables["scheduling"]
    lines = [f"# Meetings of {_name(tables)}", ""]
    for meeting in sorted(known.get("meetings", []), key=lambda row: str(row["starts_at"])):
        lines += [f"## {_line(meeting['title']) or 'Meeting'} ({meeting['code']})", ""]
        starts = meeting["starts"][:16].replace("T", " ")
        lines += [f"{starts} ({meeting['zone']}), {meeting['status']}", ""]
        for document in known.get("documents", []):
            if document["meeting"] == meeting["id"] and document["text"]:
                lines += [f"### {document['kind'].capitalize()}", "", document["text"], ""]
    actions = sorted(known.get("actions", []), key=lambda row: row["code"])
    lines += ["# Actions", ""] if actions else []
    for action in actions:
        due = f", due {action['due']}" if action["due"] else ""
        lines.append(f"* {action['code']}: {_line(action['text'])} ({action['status']}{due})")
    return "\n".join(lines) + "\n"


def library_page(tables: Tables) -> str:
    """What is published in the library, newest first."""
    lines = [f"# Library of {_name(tables)}", ""]
    rows = [r for r in tables["library"].get("resources", []) if r["status"] == "published"]
    for row in sorted(rows, key=lambda r: str(r["saved_at"]), reverse=True):
        lines += [f"## {_line(row['title']) or row['code']}", ""]
        lines += [_line(row[part]) for part in ("why", "summary", "link") if row[part]]
        if row["file"]:
            lines.append(f"File: files/{file_name(row)}")
        saved = str(row["saved_at"])[:10]
        lines += [f"{row['code']}, {row['kind']}, {row['licence']}, {saved}", ""]
    return "\n".join(lines) + "\n"


def file_name(row: dict[str, Any]) -> str:
    """Where a resource's file lies in the export."""
    return f"{row['code']}-{clean_name(row['file']['name'])}"


def _name(tables: Tables) -> str:
    return _line(tables["membership"]["communities"][0]["name"])


def _line(text: str) -> str:
    """As one line of words, so that it cannot become a heading or a list of its own."""
    words = " ".join(str(text or "").split())
    return words.replace("<", "&lt;").lstrip("#-*>+ ")
