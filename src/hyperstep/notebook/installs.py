"""Cells that install the original SDK's packages: those packages are left out, all else stays as it was. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_COMMAND = r"(?:pip3?|conda|mamba|uv\s+pip|\S*python[\d.]*\s+-m\s+pip|\{sys\.executable\}\s+-m\s+pip)"
_LINE = re.compile(
    rf"(?P<indent>\s*)(?P<sign>[!%]{{0,2}})\s*(?P<command>{_COMMAND}\s+(?:-\S+\s+)*install)\s+(?P<rest>\S.*)", re.DOTALL
)
_WORD = re.compile(r";|(?:\"[^\"]*\"|'[^']*'|\\.|[^\s\"';])+")
_SHELL_END = re.compile(r"(?:&&|\|\|?|;|\d?>|#|&).*")
_TAKES_A_VALUE = re.compile(
    r"-[icftnp]|--(index-url|extra-index-url|find-links|trusted-host|constraint|target|proxy|timeout|retries|prefix|root"
    r"|upgrade-strategy|progress-bar|no-binary|only-binary|cert|log|channel|name)"
)
_SHELL_CELLS = ("%%bash", "%%sh", "%%script bash", "%%script sh")
_NOTE = "hyperstep: nothing to install for {}: it serves these itself"


def leave_out_azureml(lines: Sequence[str]) -> list[str]:
    """A cell's lines, each with its end of line, without the installing of ``azureml`` packages.

    Each line that installed some of them becomes one that says so; the other packages of the line are still installed.

    Args:
        lines: As they were typed. A cell with a magic of its own (``%%writefile``) stays as it is, unless it is a
            shell's.
    """
    first = next((line.strip() for line in lines if line.strip()), "")
    in_shell = first.startswith(_SHELL_CELLS)
    if first.startswith("%%") and not in_shell:
        return list(lines)
    return [changed for line in _joined(lines) for changed in _without_azureml(line, in_shell=in_shell)]


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """The lines, those of an install command that goes on after a backslash as one."""
    pending = ""
    for line in lines:
        pending += line
        if line.rstrip().endswith("\\") and _LINE.match(pending):
            continue
        yield pending
        pending = ""
    if pending:
        yield pending


def _without_azureml(line: str, *, in_shell: bool) -> list[str]:
    found = _LINE.fullmatch(line)
    if found is None or "azureml" not in line:
        return [line]
    words, tail = _words(found["rest"])
    ours = [word for word in words if _is_azureml(word)]
    if not ours:
        return [line]
    kept = [word for word in words if word not in ours]
    indent, sign = found["indent"], found["sign"]
    changed = [f"{indent}{_note(ours, in_shell=in_shell)}\n"]
    if _has_packages(kept):
        changed.append(f"{indent}{sign}{' '.join([found['command'], *kept, *([tail] if tail else [])])}\n")
    elif tail.startswith(("&&", ";")):
        changed.append(f"{indent}{sign.replace('%', '!')}{tail.lstrip('&; ')}\n")
    return changed


def _words(rest: str) -> tuple[list[str], str]:
    """What is given to the command, and what the shell is to do after it or with its output."""
    words = _WORD.findall(re.sub(r"\\\r?\n", " ", rest).strip())
    end = next((place for place, word in enumerate(words) if _SHELL_END.fullmatch(word)), len(words))
    return words[:end], " ".join(words[end:])


def _is_azureml(word: str) -> bool:
    name = re.match(r"[A-Za-z0-9._-]*", word.strip("\"'"))
    plain = re.sub(r"[._-]+", "-", name.group() if name else "").lower()
    return plain == "azureml" or plain.startswith("azureml-")


def _has_packages(words: Sequence[str]) -> bool:
    """Whether something is left to install."""
    return any(
        not word.startswith("-") and not _TAKES_A_VALUE.fullmatch(previous)
        for previous, word in zip(["", *words], words, strict=False)
    )


def _note(packages: Sequence[str], *, in_shell: bool) -> str:
    names = ", ".join(re.sub(r"[\"'\\]", "", package) for package in packages)
    text = _NOTE.format(names)
    return f"echo '{text}'" if in_shell else f"print({text!r})"
