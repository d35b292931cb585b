package io.authserver.admin.explain;

import io.authserver.db.author.AuthorPolicy;
import io.authserver.mailforwarder.fanout.Rehearsal.PlannedCopy;
import io.authserver.mailforwarder.resolve.AuthorVerdict;
import io.authserver.mailforwarder.resolve.SenderKind;
import io.authserver.mailforwarder.resolve.Target;
import io.authserver.smtp.reply.Reply;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An explanation in sentences, for a person. */
public final class ExplanationText {
  private final Explanation explanation;
  private final PrintStream out;

  /** Prepares to print. */
  public ExplanationText(Explanation explanation, PrintStream out) {
    this.explanation = explanation;
    this.out = out;
  }

  /** Prints it. */
  public void print() {
    line(
        0,
        "from      %s, %s, taken as %s"
            .formatted(
                explanation.from(),
                explanation.outcome().facts().ours() ? "a domain of ours" : "not a domain of ours",
                explanation.outcome().facts().submitted() ? "submitted to us" : "not submitted"));
    author(explanation.outcome().author());
    line(0, "to        " + explanation.to());
    explanation.outcome().reversed().ifPresent(original -> line(0, "reversed  <" + original + ">"));
    line(0, "decision  " + decision());
    if (!explanation.path().isEmpty()) {
      line(0, "path");
      steps(1, explanation.path());
    }
    List<PlannedCopy> copies = explanation.outcome().copies();
    for (int i = 0; i < copies.size(); i++) {
      copy(i + 1, copies.get(i), explanation.signatures().get(i));
    }
    for (Target.Failed failed : explanation.failed()) {
      line(0, "refused   <" + failed.address() + ">: " + failed.reply());
      if (explanation.reply().isPresent()) {
        continue; // the client is told
      }
      line(
          1,
          failed
              .reportTo()
              .map(address -> "reported to <" + address + ">")
              .orElse(
                  explanation.outcome().facts().kind() == SenderKind.SUBMITTED
                      ? "reported to the reverse-path"
                      : "reported to the postmaster of the recipient's domain"));
    }
    explanation
        .skipped()
        .forEach(skipped -> line(0, "left out  " + skipped.address() + ": " + skipped.reason()));
    explanation.notes().forEach(note -> line(0, "note      " + note));
  }

  private void author(AuthorVerdict verdict) {
    if (verdict.decisive().isEmpty()) {
      return;
    }
    AuthorVerdict.Judged judged = verdict.decisive().get();
    AuthorPolicy policy = judged.answer().policy();
    line(
        0,
        "author    <%s>, %s (%s demands: %s)"
            .formatted(
                judged.author(),
                switch (verdict.author()) {
                  case MATCH -> "one that the sender may be";
                  case MISMATCH -> "not one that the sender may be";
                  case UNJUDGED -> "not judged";
                },
                judged.domain(),
                policy.mustMatchWord()));
    if (verdict.refused()) {
      line(1, "refused   " + verdict.refusal());
    }
  }

  private String decision() {
    String reply =
        explanation.reply().map(Reply::toString).map(text -> ": " + text.strip()).orElse("");
    return switch (explanation.decision()) {
      case "pass_on" -> "passed on unchanged (" + explanation.reason() + ")";
      case "forward" -> "forwarded (" + explanation.reason() + ")";
      case "drop" -> "taken and thrown away (" + explanation.reason() + ")";
      default -> "refused (" + explanation.reason() + ")" + reply;
    };
  }

  private void steps(int depth, List<?> nodes) {
    for (Object node : nodes) {
      Map<?, ?> step = (Map<?, ?>) node;
      StringBuilder text = new StringBuilder().append(step.get("address")).append("  ");
      text.append(step.get("decision"));
      if (step.get("deactivated") == null) {
        add(text, " \"", step.get("list"), "\"");
      }
      add(text, ", alias ", step.get("alias"), "");
      add(text, ", blocked: ", step.get("blocked"), "");
      add(text, ", deactivated: ", step.get("deactivated"), "");
      add(text, ", sends as <", step.get("new_mailfrom"), ">");
      if (explanation.outcome().facts().sender().reversePath().isNull()) {
        add(text, ", bounces: ", step.get("null_sender"), "");
      }
      line(depth, text.toString());
      if (step.get("leads_to") instanceof List<?> below) {
        steps(depth + 1, below);
      }
    }
  }

  private static void add(StringBuilder text, String before, @Nullable Object value, String after) {
    if (value != null) {
      text.append(before).append(value).append(after);
    }
  }

  private void copy(int number, PlannedCopy copy, Signing signing) {
    line(0, "copy " + number);
    line(1, "to        " + copy.recipient().forwardPath());
    line(1, "from      " + explanation.srs().of(copy.sender().reversePath()));
    line(
        1,
        "next hop  %s (%s)"
            .formatted(explanation.nextHops().get(copy.route()), Explanation.word(copy.route())));
    copy.deliveredTo().ifPresent(address -> line(1, "adds      Delivered-To: " + address));
    copy.mark()
        .ifPresent(
            mark ->
                line(
                    1,
                    "marked    submitted=%s, author=%s"
                        .formatted(mark.submitted() ? "yes" : "no", mark.author().word())));
    if (copy.loops()) {
      line(1, "refused   " + Explanation.LOOP);
    }
    line(1, "signed    " + signing(signing));
  }

  private static String signing(Signing signing) {
    String keys =
        signing.keys().stream()
            .map(
                key ->
                    "%s (%s%s)"
                        .formatted(
                            key.selector(),
                            key.algorithm(),
                            key.opens().equals("yes")
                                ? ""
                                : key.opens().equals("unknown")
                                    ? ", not tried: no wrapping key here"
                                    : ", unusable: " + key.opens()))
            .collect(Collectors.joining(", "));
    String reply = signing.reply() == null ? "" : "; refused with " + signing.reply();
    return switch (signing.decision()) {
      case "sign" ->
          "by " + signing.domain() + " with " + keys + (signing.required() ? "; required" : "");
      case "local" -> "no: a recipient of ours does not leave the site";
      case "no_usable_key" ->
          "no: no_usable_key of " + signing.domain() + (keys.isEmpty() ? "" : ": " + keys) + reply;
      default ->
          "no: "
              + signing.decision()
              + (signing.domain() == null ? "" : " of " + signing.domain())
              + reply;
    };
  }

  /** Prints a line; a stored text cannot drive the terminal. */
  private void line(int depth, String text) {
    StringBuilder printable = new StringBuilder("  ".repeat(depth));
    text.strip()
        .codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                printable.append("\\u%04x".formatted(c));
              } else {
                printable.appendCodePoint(c);
              }
            });
    out.println(printable);
  }
}
