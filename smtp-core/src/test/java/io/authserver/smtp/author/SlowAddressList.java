package io.authserver.smtp.author;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A second reading of address lists, slow and close to the grammar: each rule returns every place
 * where it may end, and every way to an end is followed. The rules are those of RFC 5322 §3.4 and
 * §4.4 with what the first reading says that it takes beyond: a display name with dots and at signs
 * before an angle bracket.
 */
final class SlowAddressList {
  private final String text;
  private final Map<String, Set<Part>> known = new HashMap<>();

  /**
   * What a rule has read.
   *
   * @param end where it ends
   * @param value addresses, or the text of a word, which is a quotation mark for a quoted one
   */
  private record Part(int end, List<String> value) {}

  private SlowAddressList(String text) {
    this.text = text;
  }

  /**
   * Returns the addresses as {@code local@domain}, without local parts that are no dot-atoms of
   * ASCII; nothing for what is no list.
   *
   * @throws IllegalStateException where the grammar has two meanings for it
   */
  static Optional<List<String>> read(String text) {
    SlowAddressList reading = new SlowAddressList(text);
    Set<List<String>> meanings = new LinkedHashSet<>();
    for (Part part : reading.list(0, false)) {
      if (part.end == text.length()) {
        meanings.add(part.value);
      }
    }
    if (meanings.size() > 1) {
      throw new IllegalStateException(meanings.toString());
    }
    return meanings.stream().findFirst();
  }

  /** {@code [element] *("," [element])}, where a member of a group is no group. */
  private Set<Part> list(int start, boolean inGroup) {
    return rule(
        "list" + inGroup,
        start,
        at -> {
          Set<Part> ends = new LinkedHashSet<>();
          Set<Part> elements = new LinkedHashSet<>(space(at));
          elements.addAll(mailbox(at));
          if (!inGroup) {
            elements.addAll(group(at));
          }
          for (Part element : elements) {
            ends.add(element);
            for (Part comma : character(element.end, ',')) {
              for (Part rest : list(comma.end, inGroup)) {
                ends.add(new Part(rest.end, joined(element.value, rest.value)));
              }
            }
          }
          return ends;
        });
  }

  /** {@code phrase ":" list ";"}. */
  private Set<Part> group(int start) {
    Set<Part> ends = new LinkedHashSet<>();
    for (Part name : words(start, false)) {
      for (Part colon : name.end == start ? Set.<Part>of() : character(name.end, ':')) {
        for (Part members : list(colon.end, true)) {
          for (Part semicolon : character(members.end, ';')) {
            for (Part after : space(semicolon.end)) {
              ends.add(new Part(after.end, members.value));
            }
          }
        }
      }
    }
    return ends;
  }

  private Set<Part> mailbox(int start) {
    return rule(
        "mailbox",
        start,
        at -> {
          Set<Part> ends = new LinkedHashSet<>(address(at));
          for (Part name : words(at, true)) {
            for (Part open : character(name.end, '<')) {
              for (Part route : route(open.end)) {
                for (Part address : address(route.end)) {
                  for (Part close : character(address.end, '>')) {
                    for (Part after : space(close.end)) {
                      ends.add(new Part(after.end, address.value));
                    }
                  }
                }
              }
            }
          }
          return ends;
        });
  }

  /** {@code *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain]) ":"}, or nothing. */
  private Set<Part> route(int start) {
    Set<Part> ends = new LinkedHashSet<>(Set.of(new Part(start, List.of())));
    for (Part hops : hops(start)) {
      if (!hops.value.isEmpty()) {
        for (Part colon : character(hops.end, ':')) {
          ends.add(new Part(colon.end, List.of()));
        }
      }
    }
    return ends;
  }

  private Set<Part> hops(int start) {
    return rule(
        "hops",
        start,
        at -> {
          Set<Part> ends = new LinkedHashSet<>(space(at));
          for (Part comma : character(at, ',')) {
            ends.addAll(hops(comma.end));
          }
          for (Part sign : character(at, '@')) {
            for (Part domain : domain(sign.end)) {
              for (Part rest : hops(domain.end)) {
                ends.add(new Part(rest.end, List.of("hop")));
              }
            }
          }
          return ends;
        });
  }

  private Set<Part> address(int start) {
    return rule(
        "address",
        start,
        at -> {
          Set<Part> ends = new LinkedHashSet<>();
          for (Part local : dotted(at, true)) {
            for (Part sign : character(local.end, '@')) {
              for (Part domain : domain(sign.end)) {
                String name = local.value.getFirst();
                boolean dotAtom = name.chars().allMatch(c -> c < 0x80 && c != '"');
                String address = (dotAtom ? name : "") + "@" + domain.value.getFirst();
                ends.add(new Part(domain.end, List.of(address)));
              }
            }
          }
          return ends;
        });
  }

  private Set<Part> domain(int start) {
    Set<Part> ends = new LinkedHashSet<>(dotted(start, false));
    for (Part before : space(start)) {
      for (Part literal : enclosed(before.end, '[', ']')) {
        for (Part after : space(literal.end)) {
          ends.add(new Part(after.end, List.of("[" + literal.value.getFirst() + "]")));
        }
      }
    }
    return ends;
  }

  /** Words with single dots between. */
  private Set<Part> dotted(int start, boolean quoted) {
    return rule(
        "dotted" + quoted,
        start,
        at -> {
          Set<Part> ends = new LinkedHashSet<>();
          for (Part word : word(at, quoted, false)) {
            ends.add(word);
            for (Part dot : character(word.end, '.')) {
              for (Part rest : dotted(dot.end, quoted)) {
                String joined = word.value.getFirst() + "." + rest.value.getFirst();
                ends.add(new Part(rest.end, List.of(joined)));
              }
            }
          }
          return ends;
        });
  }

  /** A display name or nothing: words and dots, and at signs where an address must follow. */
  private Set<Part> words(int start, boolean signs) {
    return rule(
        "words" + signs,
        start,
        at -> {
          Set<Part> ends = new LinkedHashSet<>(Set.of(new Part(at, List.of())));
          Set<Part> firsts = new LinkedHashSet<>(word(at, true, true));
          firsts.addAll(character(at, '.'));
          firsts.addAll(signs ? character(at, '@') : Set.of());
          for (Part first : firsts) {
            for (Part rest : words(first.end, signs)) {
              ends.add(new Part(rest.end, List.of()));
            }
          }
          return ends;
        });
  }

  private Set<Part> word(int start, boolean quoted, boolean literal) {
    Set<Part> ends = new LinkedHashSet<>();
    for (Part before : space(start)) {
      Set<Part> words = new LinkedHashSet<>();
      int end = before.end;
      while (end < text.length() && isAtext(text.charAt(end))) {
        end++;
      }
      if (end > before.end) {
        words.add(new Part(end, List.of(text.substring(before.end, end))));
      }
      for (Part quotation : quoted ? enclosed(before.end, '"', '"') : Set.<Part>of()) {
        words.add(new Part(quotation.end, List.of("\"")));
      }
      words.addAll(literal ? enclosed(before.end, '[', ']') : Set.of());
      for (Part word : words) {
        for (Part after : space(word.end)) {
          ends.add(new Part(after.end, word.value));
        }
      }
    }
    return ends;
  }

  private static boolean isAtext(char c) {
    return "()<>[]:;@\\,.\" ".indexOf(c) < 0 && !Character.isISOControl(c);
  }

  /** From an opening character to the next closing one that is not quoted by a backslash. */
  private Set<Part> enclosed(int start, char open, char close) {
    if (start >= text.length() || text.charAt(start) != open) {
      return Set.of();
    }
    String content = "";
    int at = start + 1;
    while (at < text.length() && text.charAt(at) != close) {
      boolean pair = text.charAt(at) == '\\';
      at += pair ? 1 : 0;
      if (at == text.length() || (!pair && text.charAt(at) == '\0')) {
        return Set.of();
      }
      boolean fold = !pair && "\r\n".indexOf(text.charAt(at)) >= 0;
      content += fold ? "" : text.substring(at, at + 1);
      at++;
    }
    return at < text.length() ? Set.of(new Part(at + 1, List.of(content))) : Set.of();
  }

  private Set<Part> character(int start, char wanted) {
    Set<Part> ends = new LinkedHashSet<>();
    for (Part before : space(start)) {
      if (before.end < text.length() && text.charAt(before.end) == wanted) {
        for (Part after : space(before.end + 1)) {
          ends.add(new Part(after.end, List.of()));
        }
      }
    }
    return ends;
  }

  /** CFWS: all that there is of it, since nothing else begins with white space or a parenthesis. */
  private Set<Part> space(int start) {
    int at = start;
    while (at < text.length()) {
      int comment = comment(at);
      if (comment > at) {
        at = comment;
      } else if (" \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      } else {
        break;
      }
    }
    return Set.of(new Part(at, List.of()));
  }

  /** Returns the end of a comment that begins here, or the same place where there is none. */
  private int comment(int start) {
    if (start >= text.length() || text.charAt(start) != '(') {
      return start;
    }
    int at = start + 1;
    while (at < text.length() && text.charAt(at) != ')') {
      if (text.charAt(at) == '\\') {
        at += 2;
      } else if (text.charAt(at) == '(') {
        int inner = comment(at);
        if (inner == at) {
          return start;
        }
        at = inner;
      } else {
        at++;
      }
    }
    return at < text.length() ? at + 1 : start;
  }

  private Set<Part> rule(String name, int start, IntFunction<Set<Part>> rule) {
    String key = name + start;
    Set<Part> ends = known.get(key);
    if (ends == null) {
      ends = rule.apply(start);
      known.put(key, ends);
    }
    return ends;
  }

  private static List<String> joined(List<String> one, List<String> other) {
    List<String> all = new ArrayList<>(one);
    all.addAll(other);
    return List.copyOf(all);
  }
}
