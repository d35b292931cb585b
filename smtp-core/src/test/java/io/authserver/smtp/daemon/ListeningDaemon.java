package io.authserver.smtp.daemon;

import java.util.ArrayList;
import java.util.List;

/** A daemon that listens as the mail daemons do, and does nothing more. */
final class ListeningDaemon {
  private static final SmtpSettings SMTP = new SmtpSettings("TRIVIAL");

  private ListeningDaemon() {}

  static Daemon daemon() {
    List<Setting<?>> settings = new ArrayList<>(SMTP.all());
    settings.add(TrivialDaemon.LISTEN);
    return Daemon.of(
        SettingsTable.of("trivial", settings),
        assembly -> SMTP.listen(assembly, assembly.settings().get(TrivialDaemon.LISTEN)));
  }

  public static void main(String[] arguments) {
    daemon().run(arguments);
  }
}
