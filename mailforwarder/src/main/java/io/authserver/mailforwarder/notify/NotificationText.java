package io.authserver.mailforwarder.notify;

import io.authserver.mailforwarder.notify.Addressees.Addressee;
import java.util.List;

/** Writes the part of a notification that people read. */
final class NotificationText {
  private NotificationText() {}

  static String of(List<? extends Notice> notices, int more, Addressee addressee, String domain) {
    StringBuilder text = new StringBuilder();
    text.append("This is the mail system of ").append(domain).append(".\r\n\r\n");
    boolean failed = notices.stream().anyMatch(Refusal.class::isInstance);
    text.append(
        isDropped(notices)
            ? "A message met a limit and was dropped. Its sender was not told:\r\n\r\n"
            : failed
                ? "A message could not be delivered to everybody it was meant for:\r\n\r\n"
                : "As you asked to be told, your message has arrived:\r\n\r\n");
    for (Notice notice : notices) {
      switch (notice) {
        case Refusal refusal -> append(text, refusal, addressee);
        case Arrival arrival ->
            text.append("  ")
                .append(address(arrival))
                .append("\r\n    ")
                .append(
                    arrival.expanded()
                        ? "was sent on to the addresses behind it"
                        : "was taken by the mailing list");
      }
      text.append("\r\n");
    }
    if (more > 0) {
      text.append("\r\nThere are ").append(more).append(" more that are not named here.\r\n");
    }
    return text.append(failed ? "\r\nIt will not be tried again.\r\n" : "").toString();
  }

  private static boolean isDropped(List<? extends Notice> notices) {
    return notices.stream().allMatch(n -> n instanceof Refusal refusal && refusal.limit());
  }

  private static void append(StringBuilder text, Refusal refusal, Addressee addressee) {
    text.append("  ");
    if (refusal.hiddenTarget().isEmpty()) {
      text.append(address(refusal)).append("\r\n    ");
      text.append(DeliveryStatus.bounded(refusal.reply()));
    } else if (addressee.mayReadTargets()) {
      text.append(refusal.hiddenTarget().orElseThrow());
      text.append(" (by ").append(address(refusal)).append(")\r\n    ");
      text.append(DeliveryStatus.bounded(refusal.reply()));
    } else {
      text.append(address(refusal)).append("\r\n    one of the addresses behind it refused");
    }
  }

  private static String address(Notice notice) {
    String path = notice.recipient().forwardPath().toString();
    return path.substring(1, path.length() - 1);
  }
}
