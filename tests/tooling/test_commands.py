"""The commands a person types, and what CI calls."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROMISED = ("run", "test", "check", "soak", "bench", "demo", "docs", "assets", "venv", "lock")


@pytest.mark.parametrize("target", PROMISED)
def test_make_knows_every_promised_command_and_help_names_it(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)
    help_text = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert f"make {target}" in help_text


def test_everything_that_make_calls_is_there() -> None:
    scripts = set(re.findall(r"\btools/\w+\.py\b", MAKEFILE))
    modules = set(re.findall(r"python -m ((?:b2b_market|tools)[\w.]*)", MAKEFILE))
    assert scripts
    assert modules

    missing = [name for name in scripts if not (ROOT / name).is_file()]
    for module in modules:
        path = ROOT.joinpath(*module.split("."))
        if not (path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()):
            missing.append(module)

    assert missing == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make test")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_compose_file_and_the_example_name_the_same_settings() -> None:
    compose = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    example = (ROOT / "deploy" / ".env.example").read_text(encoding="utf-8")

    asked = set(re.findall(r"\$\{([A-Z_]+)", compose))
    required = set(re.findall(r"\$\{([A-Z_]+):\?", compose))
    offered = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert required <= offered <= asked


def run_browser(**environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "tools" / "browser.py")]
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)


def test_a_named_browser_that_is_missing_fails_only_under_ci(tmp_path: Path) -> None:
    missing = str(tmp_path / "chromium")

    at_home, in_ci = run_browser(B2B_MARKET_CHROMIUM=missing), run_browser(B2B_MARKET_CHROMIUM=missing, CI="true")

    assert (at_home.returncode, in_ci.returncode) == (0, 1)
    assert at_home.stderr == "The browser tests have no Chromium; name one in B2B_MARKET_CHROMIUM.\n"


def test_a_browser_is_found_by_its_usual_name_or_by_the_setting(tmp_path: Path) -> None:
    for name in ("google-chrome", "mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)

    assert run_browser(PATH=str(tmp_path), CI="true").returncode == 0
    assert run_browser(PATH="", B2B_MARKET_CHROMIUM=str(tmp_path / "mine"), CI="true").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs packages")
def test_the_browser_without_windows_is_installed_or_else_the_whole_one(tmp_path: Path) -> None:
    apt, asked = tmp_path / "apt-get", tmp_path / "asked"
    apt.write_text(
        "#!/bin/sh\n"
        f'echo "$*" >> {asked}\n'
        'case "$*" in *headless-shell*) echo "no such package" >&2; exit 100;; esac\n'
        'case "$*" in *chromium*) ;; *) exit 0;; esac\n'
        f'printf "#!/bin/sh\\n" > {tmp_path}/chromium; /bin/chmod +x {tmp_path}/chromium\n'
    )
    apt.chmod(0o755)

    done = run_browser(PATH=str(tmp_path), CI="true")

    install = "-qq install --yes --no-install-recommends"
    assert done.returncode == 0
    assert asked.read_text().splitlines() == [
        "-qq update",
        f"{install} chromium-headless-shell fonts-noto-cjk",
        f"{install} chromium fonts-noto-cjk",
    ]
    assert "chromium-headless-shell fonts-noto-cjk failed: no such package" in done.stderr
