package io.authserver.smtp.daemon;

import java.util.List;

/**
 * A text that a setting cannot take. Each problem is a phrase that follows the setting's name, such
 * as {@code must be a port from 1 to 65535}, and never quotes the text itself: the reader does, and
 * only where the setting is no secret.
 */
public final class InvalidSettingException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /** Names one problem. */
  public InvalidSettingException(String problem) {
    this(List.of(problem));
  }

  /** Names several problems, each reported on a line of its own. */
  public InvalidSettingException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** Returns the problems, at least one. */
  public List<String> problems() {
    return problems;
  }
}
