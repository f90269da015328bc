"""Shared fixtures of all tests."""

pytest_plugins = ["portal.testing", "tests.browser", "tests.served", "tests.example_plugin.fixtures", "tests.alone"]
