"""Every vendor the sandbox plays, a folder each; `google` is what Google's share."""
