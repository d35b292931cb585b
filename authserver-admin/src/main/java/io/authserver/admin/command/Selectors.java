package io.authserver.admin.command;

import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Which things a verb is about: names and patterns, and options that narrow. A noun's own adds the
 * options that its things can be narrowed by.
 */
abstract class Selectors {
  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      description =
          "What is meant; * stands for any text and ? for any character, unless something is called"
              + " exactly so.")
  private List<String> names = List.of();

  @Option(
      names = {"-c", "--contains"},
      paramLabel = "TEXT",
      description = "Only those with this text in what they are called, in any case.")
  private @Nullable String contains;

  @Option(names = "--all", description = "All there are.")
  private boolean all;

  /** Returns the user that narrows. */
  @Nullable String user() {
    return null;
  }

  /** Returns the domain that narrows. */
  @Nullable String domain() {
    return null;
  }

  /** Returns the mailing list that narrows. */
  @Nullable String list() {
    return null;
  }

  /** Returns the group that narrows. */
  @Nullable String group() {
    return null;
  }

  /** Returns the permission that narrows. */
  @Nullable String permission() {
    return null;
  }

  /** Returns the state that narrows. */
  @Nullable Boolean state() {
    return null;
  }

  /** Returns the names as they were given. */
  final List<String> names() {
    return names;
  }

  /** Returns whether anything was said about what is meant. */
  final boolean isGiven() throws RefusedException {
    return all || !selected().equals(Selection.ALL);
  }

  /** Returns whether names without a wildcard say it all: who wrote them knows what they hit. */
  final boolean isExact() throws RefusedException {
    return !names.isEmpty()
        && !all
        && selected().equals(Selection.of(names))
        && names.stream().allMatch(name -> name.indexOf('*') < 0 && name.indexOf('?') < 0);
  }

  /**
   * Returns what is meant.
   *
   * @throws UsageException where names and {@code --all} contradict each other
   */
  final Selection selection() throws RefusedException, UsageException {
    if (all && !names.isEmpty()) {
      throw new UsageException("--all goes without names");
    }
    return selected();
  }

  private Selection selected() throws RefusedException {
    String domain = domain();
    return new Selection(
        names,
        contains,
        domain == null ? null : DomainName.parse(domain),
        user(),
        list(),
        group(),
        permission(),
        state());
  }
}
