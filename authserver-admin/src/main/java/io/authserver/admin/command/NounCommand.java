package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.ConfirmOption;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.ExitCode;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selection;
import io.authserver.db.admin.Thing;
import io.authserver.db.pool.AuthDatabaseException;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;

/** A verb about things that are selected: each noun's {@code list}, {@code edit}, … is one. */
abstract class NounCommand<R extends Thing, S extends Selectors> extends AdminCommand {
  private static final int MOST_SHOWN = 50;

  private final Noun<R> noun;

  @Mixin private final S selectors;

  NounCommand(Context context, Noun<R> noun, S selectors) {
    super(context);
    this.noun = noun;
    this.selectors = selectors;
  }

  final Noun<R> noun() {
    return noun;
  }

  final S selectors() {
    return selectors;
  }

  /** Refuses a call that does not say what is meant. */
  final void requireSelection() throws RefusedException, UsageException {
    if (!selectors.isGiven()) {
      throw new UsageException("say what is meant: names, an option that narrows, or --all");
    }
  }

  /** Returns what is meant; a call that is wrong in itself does not reach the database. */
  final List<R> load() throws IOException, RefusedException, UsageException {
    Selection selection = selectors.selection();
    return noun.loader().load(context().database(), selection);
  }

  /** Returns what is meant, at least one. */
  final List<R> chosen() throws IOException, RefusedException, UsageException {
    requireSelection();
    List<R> rows = load();
    if (rows.isEmpty()) {
      throw new RefusedException("nothing matches");
    }
    return rows;
  }

  /** Shows things, each on a line, and asks before anything happens to them. */
  final void confirm(ConfirmOption confirm, String verb, List<R> rows, List<String> lines)
      throws RefusedException {
    if (!confirm.isGiven()) {
      lines.stream().limit(MOST_SHOWN).forEach(this::say);
      if (lines.size() > MOST_SHOWN) {
        say("and " + (lines.size() - MOST_SHOWN) + " more");
      }
    }
    R first = rows.getFirst();
    confirm.require(
        context(),
        verb + " " + (rows.size() == 1 ? first.title() : rows.size() + " " + first.plural()));
  }

  /** {@code list}: all, or what is selected. */
  abstract static class ListRows<R extends Thing, S extends Selectors> extends NounCommand<R, S> {
    @Mixin private final FormatOption format = new FormatOption();

    ListRows(Context context, Noun<R> noun, S selectors) {
      super(context, noun, selectors);
    }

    @Override
    protected final void run() throws IOException, RefusedException, UsageException {
      List<R> rows = load();
      noun().rows(rows).print(format.format(), noun().columns(), context().out());
      if (rows.isEmpty() && selectors().isGiven()) {
        say("authserver: nothing matches");
        exitWith(ExitCode.REFUSED);
      }
    }
  }

  /** {@code show}: every field of what is selected. */
  abstract static class ShowRows<R extends Thing, S extends Selectors> extends NounCommand<R, S> {
    @Mixin private final FormatOption format = new FormatOption();

    ShowRows(Context context, Noun<R> noun, S selectors) {
      super(context, noun, selectors);
    }

    @Override
    protected final void run() throws IOException, RefusedException, UsageException {
      noun().rows(chosen()).printDetails(format.format(), context().out());
    }
  }

  /** A change of what is selected, asked about where patterns and options selected it. */
  abstract static class ChangeRows<R extends Thing, S extends Selectors> extends NounCommand<R, S> {
    private final String verb;
    private final String done;

    @Mixin private final ConfirmOption confirm = new ConfirmOption();

    /**
     * Makes the verb.
     *
     * @param verb what is asked, such as {@code block}
     * @param done what is said then, such as {@code blocked}
     */
    ChangeRows(Context context, Noun<R> noun, S selectors, String verb, String done) {
      super(context, noun, selectors);
      this.verb = verb;
      this.done = done;
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      requireSelection();
      check();
      List<R> rows = chosen();
      check(rows);
      if (isAsked()) {
        confirm(confirm, verb, rows, lines(rows));
      }
      change(rows);
      rows.forEach(row -> say(done + " " + row.title()));
    }

    /** Checks the call before the database is asked. */
    void check() throws RefusedException, UsageException {}

    /** Checks what was selected before a person is asked. */
    void check(List<R> rows) throws RefusedException, UsageException {}

    /** Returns whether a person is asked. */
    boolean isAsked() throws RefusedException {
      return !selectors().isExact();
    }

    /** Returns what a person is shown. */
    List<String> lines(List<R> rows)
        throws RefusedException, AuthDatabaseException, UsageException {
      return rows.stream().map(Thing::title).toList();
    }

    abstract void change(List<R> rows) throws IOException, RefusedException, UsageException;

    /** Refuses a new name for several things at once. */
    static void requireOne(List<? extends Thing> rows, String option) throws UsageException {
      if (rows.size() > 1) {
        throw new UsageException(option + " is for one thing at a time");
      }
    }
  }

  /** {@code remove}: asks always, and says what goes along. */
  abstract static class RemoveRows<R extends Thing, S extends Selectors> extends ChangeRows<R, S> {
    RemoveRows(Context context, Noun<R> noun, S selectors) {
      super(context, noun, selectors, "remove", "removed");
    }

    @Override
    final boolean isAsked() {
      return true;
    }

    @Override
    List<String> lines(List<R> rows)
        throws RefusedException, AuthDatabaseException, UsageException {
      return rows.stream().map(noun()::loss).toList();
    }
  }
}
