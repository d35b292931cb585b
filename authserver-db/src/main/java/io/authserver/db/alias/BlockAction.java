package io.authserver.db.alias;

/** What happens to mail for a blocked alias. */
public enum BlockAction {
  /** 550 5.7.1. */
  REJECT,
  /** Taken and thrown away. */
  DROP,
  /** 451 4.7.1. */
  DEFER
}
