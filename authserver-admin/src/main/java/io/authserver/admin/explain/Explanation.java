package io.authserver.admin.explain;

import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.mailforwarder.fanout.Rehearsal.Outcome;
import io.authserver.mailforwarder.fanout.Rehearsal.PlannedCopy;
import io.authserver.mailforwarder.fanout.Route;
import io.authserver.mailforwarder.resolve.AuthorVerdict;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.NullSenderRule;
import io.authserver.mailforwarder.resolve.Resolution;
import io.authserver.mailforwarder.resolve.Target;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.reply.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a message, as values that can be printed.
 *
 * @param from the reverse-path, in brackets
 * @param to the forward-path, in brackets
 * @param outcome what mailforwarder would do
 * @param signatures what dkimsigner would do with each copy, in the order of the copies
 * @param nextHops where each route leads
 * @param srs how SRS addresses are written down
 * @param notes what the reader has to know about it, a sentence each
 */
public record Explanation(
    String from,
    String to,
    Outcome outcome,
    List<Signing> signatures,
    Map<Route, String> nextHops,
    SrsText srs,
    List<String> notes) {
  /** Copies the lists. */
  public Explanation {
    signatures = List.copyOf(signatures);
    nextHops = Map.copyOf(nextHops);
    notes = List.copyOf(notes);
  }

  /** Returns in one word what becomes of the recipient. */
  public String decision() {
    return switch (outcome.decision()) {
      case Decision.PassOn _ -> "pass_on";
      case Decision.Forward _ -> reply().isPresent() ? "refuse" : "forward";
      case Decision.Drop _ -> "drop";
      case Decision.Refuse _ -> "refuse";
    };
  }

  /** Returns why, in a word of mailforwarder's log or of the resolution. */
  public String reason() {
    return switch (outcome.decision()) {
      case Decision.Drop(String reason) -> reason;
      case Decision.Refuse(Reply _, String reason, boolean _) -> reason;
      case Decision.Forward _ when reply().isPresent() -> "all_targets_refused";
      case Decision.PassOn _, Decision.Forward _ ->
          outcome.reversed().isPresent()
              ? "srs"
              : outcome
                  .resolution()
                  .map(found -> word(found.top().decision()))
                  .orElse("postmaster");
    };
  }

  /** Returns the reply to RCPT where mailforwarder alone refuses. */
  public Optional<Reply> reply() {
    return outcome.reply();
  }

  /** Returns the targets that get no copy, each with the reply that stands for it. */
  public List<Target.Failed> failed() {
    return outcome.decision() instanceof Decision.Forward forward
        ? forward.targets().stream()
            .filter(Target.Failed.class::isInstance)
            .map(Target.Failed.class::cast)
            .toList()
        : List.of();
  }

  /** Returns what is left out in silence. */
  public List<Decision.Skipped> skipped() {
    return outcome.decision() instanceof Decision.Forward forward ? forward.skipped() : List.of();
  }

  /** Returns the steps as a tree of objects; nothing where nothing was resolved. */
  public List<Map<String, @Nullable Object>> path() {
    List<Map<String, @Nullable Object>> top = new ArrayList<>();
    if (outcome.resolution().isEmpty()) {
      return top;
    }
    Resolution resolution = outcome.resolution().get();
    List<Map<String, @Nullable Object>> below = top;
    for (ResolutionStep step : resolution.route()) {
      below = add(below, step, outcome.reversed().isPresent());
    }
    Expansion expansion = resolution.expansion();
    if (expansion != null) {
      add(below, expansion, outcome.reversed().isPresent());
    }
    return top;
  }

  /** Adds lists, redirects and members, in the order in which they were found. */
  private static void add(
      List<Map<String, @Nullable Object>> top, Expansion expansion, boolean reversed) {
    Map<Expansion.Node, List<Map<String, @Nullable Object>>> children = new HashMap<>();
    Iterator<Expansion.Node> nodes = expansion.nodes().iterator();
    Expansion.Node node = next(nodes);
    for (Expansion.Member member : expansion.members()) {
      for (; node != null && node.number() < member.number(); node = next(nodes)) {
        children.put(node, add(below(node.above(), children, top), node.step(), reversed));
      }
      add(below(member.above(), children, top), member, member.alias(), null, null);
    }
    for (; node != null; node = next(nodes)) {
      children.put(node, add(below(node.above(), children, top), node.step(), reversed));
    }
  }

  private static Expansion.@Nullable Node next(Iterator<Expansion.Node> nodes) {
    return nodes.hasNext() ? nodes.next() : null;
  }

  private static List<Map<String, @Nullable Object>> below(
      Expansion.@Nullable Node above,
      Map<Expansion.Node, List<Map<String, @Nullable Object>>> children,
      List<Map<String, @Nullable Object>> top) {
    return above == null ? top : children.getOrDefault(above, top);
  }

  private static List<Map<String, @Nullable Object>> add(
      List<Map<String, @Nullable Object>> to, ResolutionStep step, boolean reversed) {
    boolean list = step.decision() == io.authserver.db.alias.Decision.LIST;
    // Mail for a list's owner does not go through the list.
    String newMailfrom =
        step.decision() == io.authserver.db.alias.Decision.REDIRECT ? null : step.newMailfrom();
    List<Map<String, @Nullable Object>> below =
        add(to, Expansion.Member.of(null, 1, step), alias(step), newMailfrom, step.target());
    to.getLast().put("null_sender", list ? word(NullSenderRule.of(step, reversed)) : null);
    return below;
  }

  private static List<Map<String, @Nullable Object>> add(
      List<Map<String, @Nullable Object>> to,
      Expansion.Member step,
      @Nullable String alias,
      @Nullable String newMailfrom,
      @Nullable String target) {
    List<Map<String, @Nullable Object>> below = new ArrayList<>();
    Map<String, @Nullable Object> node = new LinkedHashMap<>();
    node.put("address", step.address());
    node.put("decision", word(step.decision()));
    node.put("alias", alias);
    node.put("list", step.listName());
    node.put("new_mailfrom", newMailfrom);
    node.put("redirect_to", target);
    node.put("blocked", step.blockAction() == null ? null : word(step.blockAction()));
    node.put("deactivated", deactivated(step));
    node.put("null_sender", null);
    node.put("leads_to", below);
    to.add(node);
    return below;
  }

  private static @Nullable String alias(ResolutionStep step) {
    String matched = step.matchedLocalPart();
    return matched == null ? null : matched + "@" + step.domain();
  }

  /** Returns what ended the path there: the domain, or the list. */
  private static @Nullable String deactivated(Expansion.Member step) {
    if (step.decision() != io.authserver.db.alias.Decision.INACTIVE) {
      return null;
    }
    return step.listName() == null
        ? "domain " + step.address().substring(step.address().lastIndexOf('@') + 1)
        : "mailing list \"" + step.listName() + "\"";
  }

  static String word(Enum<?> value) {
    return AsciiCase.lower(value.name());
  }

  /** Returns what was said of the author; nothing where no domain of ours is asked. */
  private @Nullable Map<String, @Nullable Object> author() {
    AuthorVerdict verdict = outcome.author();
    if (verdict.decisive().isEmpty()) {
      return null;
    }
    AuthorVerdict.Judged judged = verdict.decisive().get();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("address", judged.author());
    fields.put("verdict", verdict.author().word());
    fields.put("domain", judged.domain());
    fields.put("must_match", judged.answer().policy().mustMatchWord());
    fields.put("mismatch", judged.answer().policy().mismatchWord());
    fields.put("reply", verdict.refused() ? verdict.refusal().toString() : null);
    return fields;
  }

  /** Returns everything, for a program. */
  public Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("from", from);
    fields.put("to", to);
    fields.put("at", outcome.facts().at().toString());
    fields.put("sender_is_ours", outcome.facts().ours());
    fields.put("submitted", outcome.facts().submitted());
    fields.put("author", author());
    fields.put("decision", decision());
    fields.put("reason", reason());
    fields.put("reply", reply().map(Reply::toString).orElse(null));
    fields.put("srs_original", outcome.reversed().map(String::valueOf).orElse(null));
    fields.put("path", path());
    List<Map<String, @Nullable Object>> copies = new ArrayList<>();
    for (int i = 0; i < outcome.copies().size(); i++) {
      copies.add(copy(outcome.copies().get(i), signatures.get(i)));
    }
    fields.put("copies", copies);
    fields.put("failed", failed().stream().map(Explanation::failed).toList());
    fields.put("skipped", skipped().stream().map(Explanation::skipped).toList());
    fields.put("notes", notes);
    return fields;
  }

  private Map<String, @Nullable Object> copy(PlannedCopy copy, Signing signing) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("recipient", copy.recipient().forwardPath().toString());
    fields.put("reverse_path", srs.of(copy.sender().reversePath()));
    fields.put("route", word(copy.route()));
    fields.put("next_hop", nextHops.get(copy.route()));
    fields.put("delivered_to", copy.deliveredTo().orElse(null));
    fields.put("submitted_mark", copy.mark().map(OriginMark::submitted).orElse(null));
    fields.put("author_mark", copy.mark().map(mark -> mark.author().word()).orElse(null));
    fields.put("reply", copy.loops() ? LOOP.toString() : null);
    fields.put("signing", signing.fields());
    return fields;
  }

  /** What mailforwarder answers for a copy whose address has expanded the message before. */
  static final Reply LOOP = Reply.of(554, "5.4.6", "Forwarding loop");

  private static Map<String, @Nullable Object> failed(Target.Failed target) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("address", target.address().toString());
    fields.put("reply", target.reply().toString());
    fields.put("report_to", target.reportTo().map(String::valueOf).orElse(null));
    return fields;
  }

  private static Map<String, @Nullable Object> skipped(Decision.Skipped skipped) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("address", skipped.address());
    fields.put("reason", skipped.reason());
    return fields;
  }
}
