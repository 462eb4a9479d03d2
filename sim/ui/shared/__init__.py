"""What the pages share: the engine behind a cache, setup and address, charts, levers and wording."""
