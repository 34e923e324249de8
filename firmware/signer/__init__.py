"""The signer's application. Nothing in this package knows which board it runs on."""
