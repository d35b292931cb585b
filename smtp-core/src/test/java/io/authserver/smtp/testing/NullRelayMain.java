package io.authserver.smtp.testing;

import io.authserver.smtp.daemon.Daemon;
import io.authserver.smtp.daemon.DaemonAssembly;
import io.authserver.smtp.daemon.FrontPart;
import io.authserver.smtp.daemon.FrontResources;
import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.Setting;
import io.authserver.smtp.daemon.SettingTypes;
import io.authserver.smtp.daemon.Settings;
import io.authserver.smtp.daemon.SettingsTable;
import io.authserver.smtp.daemon.SmtpSettings;
import io.authserver.smtp.relay.RelayPool;
import java.net.ServerSocket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A {@link NullRelay} as a daemon of its own, put together as the real ones are. */
public final class NullRelayMain {
  private static final Setting<HostPort> LISTEN =
      Setting.of("NULLRELAY_LISTEN", SettingTypes.hostPort(), "where it listens");
  private static final Setting<HostPort> NEXT_HOP =
      Setting.of("NULLRELAY_NEXT_HOP", SettingTypes.hostPort(), "where mail goes");
  private static final SmtpSettings SMTP = new SmtpSettings("NULLRELAY");

  private NullRelayMain() {}

  /** Runs until SIGTERM. */
  public static void main(String[] arguments) {
    List<Setting<?>> settings = new ArrayList<>(List.of(LISTEN, NEXT_HOP));
    settings.addAll(SMTP.all());
    Daemon.of(SettingsTable.of("nullrelay", settings), NullRelayMain::assemble).run(arguments);
  }

  private static void assemble(DaemonAssembly daemon) {
    Settings settings = daemon.settings();
    Optional<ServerSocket> socket = daemon.attempt(() -> daemon.listen(settings.get(LISTEN)));
    Optional<FrontResources> shared =
        daemon.attempt(() -> SMTP.resources(settings, InstantSource.system()));
    if (!daemon.isSound()) {
      return;
    }
    System.err.println("listening " + socket.orElseThrow().getLocalPort());
    RelayPool nextHop =
        daemon
            .attempt(() -> RelayPool.start(SMTP.nextHop(settings, settings.get(NEXT_HOP))))
            .orElseThrow();
    daemon.add(
        new FrontPart(
            SMTP.front(settings, shared.orElseThrow())
                .listener(socket::orElseThrow)
                .extensions(nextHop::extensions)
                .transactions(new NullRelay(nextHop))
                .build()));
  }
}
