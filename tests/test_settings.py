from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.errors import InputError
from service.settings import Settings, load_settings, option_name, settings_table, variable_name

PRESSMARK = Path(sys.executable).parent / "pressmark"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("PRESSMARK_"):
            monkeypatch.delenv(name)


def written(place: Path, text: str) -> Path:
    (file := place / "pressmark.toml").write_text(text, encoding="utf-8")
    return file


def test_nothing_set_is_the_defaults_and_closed_to_others() -> None:
    assert load_settings({}) == Settings()
    assert (Settings().host, Settings().port, Settings().cors_origins) == ("127.0.0.1", 8000, ())
    assert not Settings().log_queries


def test_options_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, 'host = "file"\nport = 1\nlog_format = "json"\nllm_context = 2048\n')
    monkeypatch.setenv("PRESSMARK_SETTINGS", str(file))
    monkeypatch.setenv("PRESSMARK_HOST", "environment")
    monkeypatch.setenv("PRESSMARK_PORT", "2")
    found = load_settings({"port": 3})
    assert (found.port, found.host, found.log_format, found.llm_context) == (3, "environment", "json", 2048)
    assert found.max_body_bytes == Settings().max_body_bytes


def test_the_file_named_by_the_option_wins_over_the_one_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESSMARK_SETTINGS", str(tmp_path / "not there"))
    assert load_settings({}, written(tmp_path, "port = 1")).port == 1


def test_a_file_that_nobody_names_is_not_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "port = 1")
    monkeypatch.chdir(tmp_path)
    assert load_settings({}).port == 8000


def test_an_empty_variable_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, "settings"):
        monkeypatch.setenv(variable_name(name), "")
    assert load_settings({}) == Settings()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://a.example", ("https://a.example",)),
        ("https://A.example, http://b.example:8080 ", ("https://a.example", "http://b.example:8080")),
        ("*", ("*",)),
        (",", ()),
    ],
)
def test_origins_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, given: str, expected: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PRESSMARK_CORS_ORIGINS", given)
    assert load_settings({}).cors_origins == expected
    assert load_settings({"cors_origins": given}).cors_origins == expected


def test_a_file_lists_origins(tmp_path: Path) -> None:
    file = written(tmp_path, 'cors_origins = ["https://a.example", "https://b.example"]')
    assert load_settings({}, file).cors_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize("given", ["null", "a.example", "https://a.example/", "https://a.example/x", "https://u@a"])
def test_what_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(InputError, match=r"^--cors-origins is '.*' is no origin: write SCHEME://HOST"):
        load_settings({"cors_origins": given})


def test_unknown_keys_of_the_file_are_all_named_with_what_is_there(tmp_path: Path) -> None:
    file = written(tmp_path, "prot = 1\nport = 2\n[server]\nworkers = 2\n")
    with pytest.raises(InputError) as caught:
        load_settings({}, file)
    message = str(caught.value)
    assert message.startswith(f"settings file {file} has keys that are none: 'prot' (did you mean port?), 'server'.")
    assert all(name in message for name in Settings.model_fields)


def test_a_value_that_does_not_fit_is_named_by_where_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, 'log_format = "xml"')
    monkeypatch.setenv("PRESSMARK_PORT", "tcp://10.0.0.1:8000")  # as Kubernetes sets it for a service of that name
    with pytest.raises(InputError) as caught:
        load_settings({"max_body_bytes": 0}, file)
    message = str(caught.value)
    assert "PRESSMARK_PORT is 'tcp://10.0.0.1:8000': " in message
    assert f"log_format in {file} is 'xml': Input should be 'text', 'json' or 'none'" in message
    assert "--max-body-bytes is 0: " in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"port 80", b"port = 80\nport = 81", b"\xff"])
def test_a_file_that_is_not_toml_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (file := tmp_path / "p.toml").write_bytes(content)
    with pytest.raises(InputError, match=rf"^settings file {file} is not TOML: .* --settings FILE"):
        load_settings({}, file)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"^settings file {tmp_path} cannot be read: Is a directory"):
        load_settings({}, tmp_path)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        load_settings({}, tmp_path / "gone")


def test_the_table_has_every_setting_with_a_default_that_holds() -> None:
    header, _, *rows = settings_table().split("\n")
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [row[0].strip("`") for row in cells] == list(Settings.model_fields)
    assert {len(row) for row in cells} == {header.count("|") - 1}
    for name, variable, option, default, text in cells:
        bare = name.strip("`")
        assert (variable, option) == (f"`PRESSMARK_{bare.upper()}`", f"`{option_name(bare)}`")
        assert text.endswith(".")
        if default != "none":
            assert Settings.model_validate({bare: default.strip("`")}) == Settings()


def test_every_setting_is_an_option_of_serve_with_the_same_default() -> None:
    environment = os.environ | {"COLUMNS": "300", "TERM": "dumb"}
    helped = subprocess.run([PRESSMARK, "serve", "--help"], capture_output=True, text=True, env=environment, check=True)
    lines = {words[1]: line for line in helped.stdout.split("\n") if len(words := line.split()) > 1}
    for name, field in Settings.model_fields.items():
        line = lines[option_name(name)]
        if field.default is not None and isinstance(field.default, str | int):
            shown = "no" if field.default is False else field.default
            assert f"[default: ({shown})]" in line, line


def test_a_wrong_setting_ends_serve_with_one_line_and_code_2(tmp_path: Path) -> None:
    environment = os.environ | {"PRESSMARK_SETTINGS": str(written(tmp_path, "hots = 1"))}
    done = subprocess.run([PRESSMARK, "serve"], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "'hots' (did you mean host?)" in done.stderr
