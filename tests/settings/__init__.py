"""The settings: pitchey.toml and the environment."""
