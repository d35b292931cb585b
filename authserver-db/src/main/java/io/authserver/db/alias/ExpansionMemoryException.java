package io.authserver.db.alias;

/**
 * The working memory has no room for the members of a list now: 451 4.3.1. Others give some back.
 */
public final class ExpansionMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ExpansionMemoryException(long listId) {
    super("no working memory for the members of list " + listId);
  }
}
