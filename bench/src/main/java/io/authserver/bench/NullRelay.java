package io.authserver.bench;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.daemon.Daemon;
import io.authserver.smtp.daemon.DaemonAssembly;
import io.authserver.smtp.daemon.FrontPart;
import io.authserver.smtp.daemon.FrontResources;
import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.PrometheusFrontMetrics;
import io.authserver.smtp.daemon.PrometheusRelayMetrics;
import io.authserver.smtp.daemon.Setting;
import io.authserver.smtp.daemon.SettingTypes;
import io.authserver.smtp.daemon.Settings;
import io.authserver.smtp.daemon.SettingsTable;
import io.authserver.smtp.daemon.SmtpSettings;
import io.authserver.smtp.relay.NextHop;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.relay.RelayTransaction;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.MailTransaction;
import io.authserver.smtp.server.ReceivedMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What both daemons have in common and nothing else: the front, the relay client, the metrics, the
 * log. Wired as dkimsigner is, without a decision, a signature or a database.
 */
public final class NullRelay {
  private static final Setting<HostPort> LISTEN =
      Setting.of("NULLRELAY_LISTEN", SettingTypes.hostPort(), "where to listen")
          .orElse("127.0.0.1:10036");

  private static final Setting<HostPort> NEXT_HOP =
      Setting.of("NULLRELAY_NEXT_HOP", SettingTypes.hostPort(), "the next hop")
          .orElse("127.0.0.1:10035");

  private static final SmtpSettings SMTP = new SmtpSettings("NULLRELAY");

  private NullRelay() {}

  /** Runs the daemon until SIGTERM. */
  public static void main(String[] arguments) {
    List<Setting<?>> settings = new ArrayList<>(List.of(LISTEN, NEXT_HOP));
    settings.addAll(SMTP.all());
    Daemon.of(SettingsTable.of("nullrelay", settings), NullRelay::assemble).run(arguments);
  }

  private static void assemble(DaemonAssembly daemon) {
    Settings settings = daemon.settings();
    HostPort listen = settings.get(LISTEN);
    PrometheusFrontMetrics frontMetrics = new PrometheusFrontMetrics(daemon.metrics());
    PrometheusRelayMetrics relayMetrics = new PrometheusRelayMetrics(daemon.metrics());
    ServerSocket socket = SMTP.listen(daemon, listen).orElse(null);
    FrontResources shared =
        daemon.attempt(() -> SMTP.resources(settings, InstantSource.system())).orElse(null);
    if (socket == null || shared == null || daemon.isCheckOnly()) {
      return;
    }
    RelayPool nextHop =
        daemon
            .attempt(
                () -> RelayPool.start(SMTP.nextHop(settings, settings.get(NEXT_HOP)), relayMetrics))
            .orElseThrow();
    daemon.add(
        new FrontPart(
            SMTP.front(settings, shared)
                .listener(() -> socket)
                .extensions(nextHop::extensions)
                .transactions(session -> new Relaying(nextHop))
                .metrics(frontMetrics.forListener(listen.toString()))
                .build()));
  }

  /** Passes everything on. */
  private static final class Relaying implements MailTransaction {
    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(30);

    private final NextHop nextHop;
    private final RelayTransaction relay;
    private int accepted;

    Relaying(NextHop nextHop) {
      this.nextHop = nextHop;
      this.relay = nextHop.open(CONNECTION_WAIT);
    }

    @Override
    public Reply onMail(Sender sender) {
      return relay.mail(sender).reply();
    }

    @Override
    public List<Reply> onRecipients(List<Recipient> recipients) {
      List<Reply> replies = new ArrayList<>(recipients.size());
      for (RelayOutcome outcome : relay.recipients(recipients)) {
        if (outcome instanceof RelayOutcome.Delivered) {
          accepted++;
        }
        replies.add(outcome.reply());
      }
      return replies;
    }

    @Override
    public List<Reply> onMessage(ReceivedMessage message) throws IOException {
      RelayOutcome outcome = relay.send(message.receivedField(), message.content());
      if (outcome instanceof RelayOutcome.Delivered) {
        outcome = relay.finish();
      }
      return Collections.nCopies(accepted, outcome.reply());
    }

    @Override
    public Map<String, String> logFields() {
      return Map.of("next_hop", nextHop.name());
    }

    @Override
    public void close() {
      relay.close();
    }
  }
}
