package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.migrate.StoredProcedureApi;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver spapi}. */
@Command(
    name = "spapi",
    description = "The stored-procedure API for OpenSMTPD and Dovecot.",
    subcommands = {
      SpapiCommand.Install.class,
      SpapiCommand.Grant.class,
      SpapiCommand.Revoke.class,
      SpapiCommand.Check.class
    })
public final class SpapiCommand {
  /** Made by picocli. */
  public SpapiCommand() {}

  /** {@code authserver spapi install}. */
  @Command(name = "install", description = "Install the routines anew; db migrate does so too.")
  static final class Install extends AdminCommand {
    Install(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, UsageException {
      new StoredProcedureApi(context().databaseUrl()).install();
      say("installed the stored-procedure API");
    }
  }

  /** {@code authserver spapi grant}. */
  @Command(name = "grant", description = "Let database roles use the API; they must exist.")
  static final class Grant extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "ROLE", description = "The database roles.")
    private List<String> roles = List.of();

    Grant(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, UsageException {
      new StoredProcedureApi(context().databaseUrl()).grant(roles);
      roles.forEach(role -> say("granted the stored-procedure API to role " + role));
    }
  }

  /** {@code authserver spapi revoke}. */
  @Command(name = "revoke", description = "Let database roles no longer use the API.")
  static final class Revoke extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "ROLE", description = "The database roles.")
    private List<String> roles = List.of();

    Revoke(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, UsageException {
      new StoredProcedureApi(context().databaseUrl()).revoke(roles);
      roles.forEach(role -> say("revoked the stored-procedure API from role " + role));
    }
  }

  /** {@code authserver spapi check}. */
  @Command(name = "check", description = "Check that the API is installed, or usable by a role.")
  static final class Check extends AdminCommand {
    @Option(names = "--installed", description = "Is it installed as it should be? (the default)")
    private boolean installed;

    @Option(names = "--grant", paramLabel = "ROLE", description = "May this role use it?")
    private @Nullable String role;

    Check(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      if (installed && role != null) {
        throw new UsageException("check either --installed or --grant");
      }
      StoredProcedureApi api = new StoredProcedureApi(context().databaseUrl());
      List<String> problems = role == null ? api.check() : api.check(role);
      if (!problems.isEmpty()) {
        throw new RefusedException(String.join(System.lineSeparator(), problems));
      }
      say(
          role == null
              ? "the stored-procedure API is installed"
              : "role " + role + " may use the stored-procedure API");
    }
  }
}
