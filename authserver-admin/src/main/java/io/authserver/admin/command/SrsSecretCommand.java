package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.ConfirmOption;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.SrsSecretAdmin;
import io.authserver.db.admin.SrsSecretRow;
import io.authserver.mailforwarder.srs.SrsForm;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver srs-secret}. */
@Command(
    name = "srs-secret",
    description = {
      "The secrets of return addresses (SRS). mailforwarder makes them with the one that signs, and"
          + " it and the edge verify with all.",
      "A mailforwarder that has MAILFORWARDER_SRS_SECRET signs with that, and gives it to the"
          + " database when it starts. No secret is ever shown."
    },
    subcommands = {
      SrsSecretCommand.Create.class,
      SrsSecretCommand.ListAll.class,
      SrsSecretCommand.Retire.class,
      SrsSecretCommand.Form.class
    })
public final class SrsSecretCommand {
  private static final List<String> COLUMNS =
      List.of("id", "state", "created_at", "signs_at", "retired_at", "fingerprint");

  /** Made by picocli. */
  public SrsSecretCommand() {}

  private static Map<String, @Nullable Object> fields(SrsSecretRow secret) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", secret.id());
    fields.put("state", secret.state());
    fields.put("created_at", secret.createdAt().toString());
    fields.put("signs_at", secret.signsAt().toString());
    Instant retired = secret.retiredAt();
    fields.put("retired_at", retired == null ? null : retired.toString());
    fields.put("fingerprint", secret.fingerprint());
    return fields;
  }

  /** {@code authserver srs-secret create}. */
  @Command(
      name = "create",
      description =
          "Make a secret. It verifies at once and signs two hours later, when every daemon has it;"
              + " the first one signs at once.")
  static final class Create extends AdminCommand {
    Create(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      SrsSecretRow made = context().database().srsSecrets().create();
      say(
          "created secret "
              + made.id()
              + (made.state().equals("signs")
                  ? ", which signs now"
                  : ", which signs at " + made.signsAt()));
    }
  }

  /** {@code authserver srs-secret list}. */
  @Command(
      name = "list",
      description = {
        "List the secrets that verify: the one that signs first.",
        "States: signs; verifies; new (verifies, signs later); retired (verifies for 24 days more)."
            + " The fingerprint tells secrets apart and is of no other use."
      })
  static final class ListAll extends AdminCommand {
    @Mixin private final FormatOption format = new FormatOption();

    ListAll(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      List<SrsSecretRow> secrets = context().database().srsSecrets().list();
      new Rows(secrets.stream().map(SrsSecretCommand::fields).toList())
          .print(format.format(), COLUMNS, context().out());
    }
  }

  /** {@code authserver srs-secret retire}. */
  @Command(
      name = "retire",
      description = {
        "Let a secret sign no more. It verifies for 24 days more, as long as addresses that it made"
            + " live.",
        "A mailforwarder whose MAILFORWARDER_SRS_SECRET has it goes on with it, and brings it back:"
            + " take it out there first."
      })
  static final class Retire extends AdminCommand {
    @Parameters(paramLabel = "ID", description = "Its id, as list shows it.")
    private long id;

    @Option(
        names = "--at-once",
        description =
            "Forget it: what it made is refused from now on. For a secret that others know.")
    private boolean atOnce;

    @Mixin private final ConfirmOption confirm = new ConfirmOption();

    Retire(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      SrsSecretAdmin secrets = context().database().srsSecrets();
      if (atOnce) {
        confirm.require(
            context(), "forget secret " + id + ", and refuse the bounces to what it made");
      }
      secrets.retire(id, atOnce);
      say((atOnce ? "forgot" : "retired") + " secret " + id);
    }
  }

  /** {@code authserver srs-secret form}. */
  @Command(
      name = "form",
      description = {
        "Show how the hash of a return address is made, or change it.",
        "mailsrs: as Mail::SRS and postsrsd make it, for secrets that are shared with them."
            + " separated: over separated parts, so that a hash is good for one address alone, and"
            + " the edge verifies it without the extension pgcrypto.",
        "After a change the addresses of before are good for 21 days. A mailforwarder that has"
            + " MAILFORWARDER_SRS_FORM sets it back when it starts."
      })
  static final class Form extends AdminCommand {
    @Parameters(
        arity = "0..1",
        paramLabel = "FORM",
        description = "mailsrs or separated (default: show it).")
    private @Nullable String form;

    Form(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      String wanted = form;
      SrsSecretAdmin secrets;
      if (wanted == null) {
        secrets = context().database().srsSecrets();
        SrsSecretAdmin.Form now = secrets.form();
        Instant since = now.since();
        context().out().println(now.form() + (since == null ? "" : " since " + since));
        return;
      }
      SrsForm known;
      try {
        known = SrsForm.of(wanted);
      } catch (IllegalArgumentException e) {
        throw new UsageException("FORM must be mailsrs or separated");
      }
      secrets = context().database().srsSecrets();
      say(
          secrets.setForm(known.word())
              ? "return addresses are made in the form " + known.word()
              : "return addresses have been made in the form " + known.word() + " before");
    }
  }
}
