#!/usr/bin/env python3
"""Runs the examples of documents, as somebody would who types them.

    documents.py [--write] APICAL PAGE...

APICAL is the compiled command, which the examples find as apical. The blocks of a PAGE
that are marked sh, python or r are run in their order in one empty directory. A block
marked text right after one of them is what it prints, stdout alone; other output is
not compared. With --write the page gets what was printed instead.

A comment <!-- not run: reason --> before a block leaves it out. Blocks marked go are
the business of go test ./internal/docs. The last line of a page is "N run, ...".
"""

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"(?P<skip><!-- not run: [^>]+ -->\n+)?^```(?P<language>sh|python|r)\n(?P<code>.*?)^```$"
                   r"(?:\n\n```text\n(?P<output>.*?)^```$)?", re.M | re.S)
COMMANDS = {
    "sh": ["bash", "-euo", "pipefail", "-c"],
    "python": [sys.executable, "-W", "error::DeprecationWarning", "-c"],
    "r": ["Rscript", "--vanilla"],
}


def main():
    arguments = sys.argv[1:]
    write = "--write" in arguments
    if write:
        arguments.remove("--write")
    if len(arguments) < 2:
        sys.exit(__doc__)
    apical, *pages = arguments
    failed = 0
    for page in pages:
        failed += run(os.path.abspath(apical), page, write)
    sys.exit(failed > 0)


def run(apical, page, write):
    """Runs the blocks of a page, and returns how many failed."""
    with open(page, encoding="utf-8") as f:
        text = f.read()
    counts = {"run": 0, "compared": 0, "left out": 0, "failed": 0}
    with tempfile.TemporaryDirectory(prefix="apical-documents-") as directory:
        tools, work = os.path.join(directory, "bin"), os.path.join(directory, "work")
        os.mkdir(tools)
        os.mkdir(work)
        os.symlink(apical, os.path.join(tools, "apical"))
        environment = {**os.environ, "PATH": tools + os.pathsep + os.environ["PATH"], "LC_ALL": "C.UTF-8"}

        def execute(block):
            if block["skip"]:
                counts["left out"] += 1
                return block[0]
            counts["run"] += 1
            line = text.count("\n", 0, block.start("code"))
            command, *rest = COMMANDS[block["language"]]
            if shutil.which(command) is None:
                counts["failed"] += 1
                print(f"{page}:{line}: no {command} to run it with")
                return block[0]
            code = block["code"]
            if command == "Rscript":  # what follows its -e must be one line
                code = os.path.join(directory, "example.R")
                with open(code, "w", encoding="utf-8") as f:
                    f.write(block["code"])
            done = subprocess.run([command, *rest, code], cwd=work, env=environment, capture_output=True, text=True)
            if done.returncode != 0:
                counts["failed"] += 1
                print(f"{page}:{line}: exit code {done.returncode}\n{block['code']}{done.stdout}{done.stderr}")
                return block[0]
            if block["output"] is None:
                return block[0]
            counts["compared"] += 1
            want, got = plain(block["output"]), plain(done.stdout)
            if write:
                start, end = block.start("output") - block.start(), block.end("output") - block.start()
                return block[0][:start] + got + block[0][end:]
            if got != want:
                counts["failed"] += 1
                print(f"{page}:{line}: prints something else")
                sys.stdout.writelines(difflib.unified_diff(want.splitlines(True), got.splitlines(True), "page", "printed"))
            return block[0]

        written = BLOCK.sub(execute, text)
    if write and written != text:
        with open(page, "w", encoding="utf-8") as f:
            f.write(written)
    print(f"{page}:", ", ".join(f"{n} {what}" for what, n in counts.items()))
    if not counts["run"]:
        print(f"{page}: no example was run")
        return 1
    return counts["failed"]


def plain(output):
    """Lines without blanks at their ends."""
    return "".join(line.rstrip() + "\n" for line in output.rstrip().splitlines())


if __name__ == "__main__":
    main()
