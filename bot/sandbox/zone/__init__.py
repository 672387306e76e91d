"""The zone of the sandbox: an edge that caches, blocks and challenges as its settings say."""
