package io.authserver.db.mailauth;

/** What the import does about a thing. */
public enum ImportAction {
  /** It is made. */
  CREATE("create"),
  /** It is carried over, and will not behave quite as before. */
  CHANGED("changed"),
  /** It, or a part of it, is not carried over. */
  LEFT_OUT("left-out"),
  /** It is there already, otherwise, and stays as it is. */
  DIFFERS("differs"),
  /** An administrator should know; nothing is lost. */
  NOTE("note");

  private final String id;

  ImportAction(String id) {
    this.id = id;
  }

  /** Returns the name in the output. */
  public String id() {
    return id;
  }
}
