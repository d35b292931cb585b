package io.authserver.admin.command;

import io.authserver.db.admin.AliasTarget;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an alias stands for: a user or a mailing list. */
public final class TargetOptions {
  @Option(
      names = {"-u", "--user"},
      paramLabel = "USER",
      description = "A user (UUID, identifier or address).")
  private @Nullable String user;

  @Option(
      names = {"-m", "--mailing-list"},
      paramLabel = "LIST",
      description = "A mailing list (name or id).")
  private @Nullable String list;

  /** Made by picocli. */
  public TargetOptions() {}

  /** Returns the target, or null for none. */
  @Nullable AliasTarget target() {
    if (user != null) {
      return new AliasTarget.User(user);
    }
    return list == null ? null : new AliasTarget.MailingList(list);
  }

  @Nullable String user() {
    return user;
  }

  @Nullable String list() {
    return list;
  }
}
