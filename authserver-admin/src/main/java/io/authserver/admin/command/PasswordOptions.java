package io.authserver.admin.command;

import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.Terminal;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.password.GeneratedPassword;
import io.authserver.admin.password.PasswordHash;
import io.authserver.admin.password.PasswordReader;
import io.authserver.db.admin.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/**
 * Where a password comes from: one of a file, standard input, the terminal, chance, or none at all.
 */
public final class PasswordOptions {
  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private Source source = new Source();

  private @Nullable String generated;

  /** Made by picocli. */
  public PasswordOptions() {}

  /** The sources, one at a time. */
  static final class Source {
    @Option(
        names = "--password-file",
        paramLabel = "FILE",
        description = "Read the password from the only line of this file.")
    private @Nullable Path file;

    @Option(names = "--password-stdin", description = "Read it from standard input.")
    private boolean stdin;

    @Option(
        names = "--generate-password",
        description = "Make one up and print it, this once, on standard output.")
    private boolean generate;

    @Option(names = "--no-password", description = "Have no password: nobody can log in.")
    private boolean none;

    // Here so that it is refused with a reason instead of being named as unknown, value and all.
    @Option(names = "--password", arity = "0..1", hidden = true)
    private @Nullable String argument;
  }

  /** Checks that there is a place to read from, before anything else is done. */
  void check(Context context) throws UsageException {
    if (source.argument != null) {
      throw new UsageException(
          "--password is not accepted: every user of this machine can read a command line;"
              + " use --password-file, --password-stdin, or type it at the prompt");
    }
    if (!source.none
        && !source.generate
        && source.file == null
        && !source.stdin
        && context.terminal() == null) {
      throw new UsageException(
          "no terminal to ask for a password at: use --password-file, --password-stdin,"
              + " --generate-password or --no-password");
    }
  }

  /** Returns the hash of the password, or null for none; asks at the terminal where it must. */
  @Nullable String hash(Context context) throws IOException, RefusedException {
    PasswordHash hash = new PasswordHash(new SecureRandom());
    if (source.none) {
      return null;
    }
    if (source.file != null) {
      return hash.of(PasswordReader.fromFile(source.file));
    }
    if (source.generate) {
      String made = GeneratedPassword.next(new SecureRandom());
      generated = made;
      return hash.of(made.getBytes(StandardCharsets.US_ASCII));
    }
    if (source.stdin) {
      return hash.of(PasswordReader.fromStream(context.in(), "standard input"));
    }
    Terminal terminal = Objects.requireNonNull(context.terminal(), "check() comes first");
    return hash.of(
        PasswordReader.fromTyped(
            terminal.readPassword("Password: "), terminal.readPassword("Again: ")));
  }

  /** Prints the password that was made up, once what it is for is stored. */
  void printGenerated(Context context) {
    if (generated != null) {
      context.out().println(generated);
      generated = null;
    }
  }
}
