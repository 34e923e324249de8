"""The client side of an operator's REST and SSE (spec/arkade.md 8)."""
