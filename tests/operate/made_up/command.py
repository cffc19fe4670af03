"""The `indaba` command of an Indaba that has the made-up service."""

from indaba.operate.cli import main
from operate.made_up import join_the_table

if __name__ == "__main__":
    join_the_table()
    main()
