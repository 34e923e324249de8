"""arkd's REST and SSE around the reference operator (spec/arkade.md 8, 12; spec/tssdk.md 5)."""
