package io.authserver.admin.command;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Selectors of what can be deactivated. */
abstract class ActiveSelectors extends Selectors {
  @Option(
      names = "--active",
      negatable = true,
      description = "Only active ones, or only ones that are not.")
  private @Nullable Boolean active;

  @Override
  final @Nullable Boolean state() {
    return active;
  }
}
