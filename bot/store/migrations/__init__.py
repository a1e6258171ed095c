"""The steps that lead to the tables of `bot.store.tables`."""
