"""Wheels written by hand: packages that install without asking any index."""

import zipfile
from pathlib import Path


def build_wheel(folder: Path, name: str, scripts: dict[str, str], requires: str = "") -> Path:
    """A wheel whose console scripts print a word each.

    Args:
        scripts: Script -> the word.
        requires: A further requirement.
    """
    module = name.replace("-", "_")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{module}-1.0-py3-none-any.whl"
    calls = {script: script.replace("-", "_") for script in scripts}
    functions = [f"def {calls[s]}():\n    print({word!r})\n" for s, word in scripts.items()]
    points = [f"{script}={module}:{call}\n" for script, call in calls.items()]
    needed = f"Requires-Dist: {requires}\n" if requires else ""
    info = f"{module}-1.0.dist-info"
    files = {
        f"{module}.py": "".join(functions),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needed}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\n" + "".join(points),
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return path
