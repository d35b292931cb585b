package io.authserver.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Locale;

/** Sends the demo's messages through both daemons and tells what became of them. */
final class DemoRun {
  private final Progress progress;
  private final PrintStream out;
  private final Clock clock;

  DemoRun(Progress progress, Clock clock) {
    this.progress = progress;
    this.out = progress.out();
    this.clock = clock;
  }

  /**
   * Runs it.
   *
   * @return whether every expectation held
   */
  boolean run(DemoSite site, Workspace workspace)
      throws IOException, DemoFailure, InterruptedException {
    try (Sink internet = Sink.inMemory("mx.internet.test", clock);
        PostOffice postOffice = new PostOffice(clock, site.signerBehindForwarder());
        Verifiers verifiers = Verifiers.start(workspace.directory(), site.dnsRecords())) {
      site.startSigner(internet.address());
      ChildDaemon forwarder = site.startForwarder(postOffice.address());
      site.awaitDaemons();
      progress.step("verifiers: " + verifiers.describe());
      out.println();
      out.println("client -> mailforwarder -> 10045 -> mailbox, or dkimsigner -> internet");
      out.println("(10045 is what OpenSMTPD does between the daemons, played by the demo)");
      Expectations expectations = new Expectations();
      Inspector inspector = new Inspector(out, expectations, postOffice, internet, verifiers);
      List<DemoMail> mails = DemoMails.all(clock.instant());
      int number = 0;
      for (DemoMail mail : mails) {
        SmtpPeer.Answers answers =
            SmtpPeer.send(
                forwarder.address(),
                Site.MAIL_HOST,
                PostOffice.command(mail.reversePath(), mail.mailParameters()),
                List.of("<" + mail.recipient() + ">"),
                mail.content());
        inspector.inspect(++number, mail, answers);
      }
      return summary(site, expectations, mails.size());
    }
  }

  private boolean summary(DemoSite site, Expectations expectations, int mails) {
    out.println();
    if (!expectations.allHeld()) {
      out.println("Expectations that did not hold:");
      expectations.failures().forEach(failure -> out.println("  " + failure));
      site.daemons().forEach(daemon -> tellLog(out, daemon));
    }
    int failed = expectations.failures().size();
    out.println(
        String.format(
            Locale.ROOT,
            "%s: %d of %d expectations held, %d messages, %.1f s",
            failed == 0 ? "ALL HELD" : "FAILED",
            expectations.checked() - failed,
            expectations.checked(),
            mails,
            progress.seconds()));
    return failed == 0;
  }

  /** Prints the end of a daemon's log. */
  static void tellLog(PrintStream out, ChildDaemon daemon) {
    out.println("The end of " + daemon.name() + "'s log:");
    daemon.logTail().forEach(line -> out.println("  | " + line));
  }
}
