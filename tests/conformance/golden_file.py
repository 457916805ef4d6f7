# SPDX-License-Identifier: Apache-2.0
"""Reads and writes golden files (tests/sql/README.md) without losing a character that is not an expectation."""
import gzip
import re

HEADER = re.compile(r"^=== (file|setup|case|expressions)(?: (.*))?$")
PART = re.compile(r"^--- (columns|rows|rows batch|rows streaming|error|lines (\S+))$")


class Part:
    """What follows a line "--- name": a piece of a case's expectation."""

    def __init__(self, name):
        self.name, self.lines = name, []


class Section:
    """What follows a line "=== kind title"."""

    def __init__(self, kind, title):
        self.kind, self.title = kind, title
        self.attributes = {}
        self.body = []   # lines before the first part, attributes not among them
        self.parts = []

    def part(self, name):
        return next((part for part in self.parts if part.name == name), None)

    def set_part(self, name, lines):
        part = self.part(name)
        if part is None:
            part = Part(name)
            self.parts.append(part)
        part.lines = lines

    def remove_part(self, name):
        self.parts = [part for part in self.parts if part.name != name]

    def text(self):
        return "\n".join(self.body).strip("\n")


class GoldenFile:
    def __init__(self, path):
        self.path = path
        self.preamble = []
        self.sections = []
        with open(path, encoding="utf-8") as file:
            self._parse(file.read().split("\n"))

    def _parse(self, lines):
        section = part = None
        for line in lines:
            header = HEADER.match(line)
            if header:
                section, part = Section(header.group(1), (header.group(2) or "").strip()), None
                self.sections.append(section)
            elif section is None:
                self.preamble.append(line)
            elif section.kind == "case" and PART.match(line):
                part = Part(line[4:])
                section.parts.append(part)
            elif part is not None:
                part.lines.append(line)
            elif section.kind in ("case", "expressions") and line.startswith("@") and not section.text():
                name, _, value = line[1:].partition(" ")
                section.attributes[name] = value.strip()
            else:
                section.body.append(line)
        for section in self.sections:
            _trim(section.body)
            for part in section.parts:
                _trim(part.lines)

    def render(self):
        preamble = list(self.preamble)
        _trim(preamble)
        out = preamble + [""] if preamble else []
        for section in self.sections:
            out.append(("=== " + section.kind + " " + section.title).rstrip())
            out += [("@" + name + " " + value).rstrip() for name, value in section.attributes.items()]
            out += section.body
            for part in section.parts:
                out.append("--- " + part.name)
                out += part.lines
            out.append("")
        return "\n".join(out[:-1]) + "\n"

    def save(self):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(self.render())

    def files(self):
        """Name and bytes of every input file."""
        for section in self.sections:
            if section.kind == "file":
                name, *options = section.title.split()
                content = "".join(line + "\n" for line in section.body)
                if "unterminated" in options:
                    content = content[:-1]
                content = content.encode("utf-8")
                if "hex" in options:
                    content = bytes.fromhex(content.decode())
                if "gzip" in options:
                    content = gzip.compress(content, mtime=0)
                yield name, content

    def setup(self):
        return [statement for section in self.sections if section.kind == "setup" for statement in split_statements(section.text())]


def _trim(lines):
    while lines and not lines[-1].strip():
        lines.pop()


def split_statements(sql):
    """Cuts a script at its semicolons; those in quotes, comments and BEGIN ... END do not count."""
    statements, current, i, in_set = [], "", 0, False
    while i < len(sql):
        if sql.startswith("--", i):
            end = sql.find("\n", i)
            i = len(sql) if end < 0 else end
            continue
        if sql.startswith("/*", i) and not sql.startswith("/*+", i):
            end = sql.find("*/", i + 2)
            i = len(sql) if end < 0 else end + 2
            continue
        char = sql[i]
        if char in "'`\"":
            end = sql.find(char, i + 1)
            end = len(sql) - 1 if end < 0 else end
            current += sql[i:end + 1]
            i = end + 1
            continue
        if char == ";":
            in_set = in_set or bool(re.match(r"\s*EXECUTE\s+STATEMENT\s+SET\b", current, re.I))
            if in_set and not re.search(r"\bEND\s*$", current, re.I):
                current += char
            else:
                in_set = False
                statements.append(current.strip())
                current = ""
            i += 1
            continue
        current += char
        i += 1
    statements.append(current.strip())
    return [statement for statement in statements if statement]


def render_cell(cell):
    """A value in a row of a golden file; None is NULL."""
    if cell is None:
        return "NULL"
    text = "".join(_escape(char) for char in cell)
    if text in ("", "NULL") or text[0] in " \"" or text[-1] == " ":
        return '"' + text + '"'
    return text


def _escape(char):
    plain = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "|": "\\|"}
    return plain.get(char) or (char if ord(char) >= 32 and ord(char) != 127 else "\\x%02x" % ord(char))


def render_row(cells):
    return " | ".join(render_cell(cell) for cell in cells)
