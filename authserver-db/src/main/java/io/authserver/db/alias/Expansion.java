package io.authserver.db.alias;

import io.authserver.db.cache.Dependency;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.Mailbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is on a list: its own members, then those of the lists among them, each list once. The same
 * address by two ways is one member, found by the first of them. Immutable.
 */
public final class Expansion {
  /** What a node takes in bytes with its step, without the texts. */
  private static final int NODE_BYTES = 240;

  /** What a row that it rests on takes in bytes. */
  private static final int DEPENDENCY_BYTES = 160;

  /** What a member takes in bytes, without the text. */
  private static final int MEMBER_BYTES = 96;

  private final long listId;
  private final List<Node> nodes;
  private final List<Member> members;
  private final Set<Dependency> dependencies;
  private final boolean tooLarge;
  private final int bytes;

  private Expansion(Builder built) {
    this.listId = built.listId;
    this.nodes = List.copyOf(built.nodes);
    this.members = List.copyOf(built.members);
    this.dependencies = Set.copyOf(built.dependencies);
    this.tooLarge = built.tooLarge;
    long sum = NODE_BYTES + (long) DEPENDENCY_BYTES * dependencies.size();
    for (Node node : nodes) {
      sum += NODE_BYTES + node.step().address().length();
    }
    for (Member member : members) {
      boolean folded = !member.finalAddress().equals(member.address());
      sum += MEMBER_BYTES + (long) member.address().length() * (folded ? 2 : 1);
    }
    this.bytes = (int) Math.min(sum, Integer.MAX_VALUE);
  }

  /** A list or redirect among the members, which leads on. */
  public static final class Node {
    private final @Nullable Node above;
    private final int number;
    private final ResolutionStep step;
    // Set while the expansion is built.
    private boolean leadsSomewhere;

    private Node(@Nullable Node above, int number, ResolutionStep step) {
      this.above = above;
      this.number = number;
      this.step = step;
    }

    /** Returns the node that named this one; null where the list itself did. */
    public @Nullable Node above() {
      return above;
    }

    /** Returns its place among all steps of the expansion. */
    public int number() {
      return number;
    }

    /** Returns what it is. */
    public ResolutionStep step() {
      return step;
    }

    /** Returns whether nothing follows it: a list without members. */
    public boolean isEmpty() {
      return !leadsSomewhere;
    }
  }

  /**
   * A member that leads no further.
   *
   * @param above the list or redirect within the list that named it; null where the list itself did
   * @param number its place among all steps of the expansion
   * @param address the address as it was looked at
   * @param finalAddress by which duplicates are found
   * @param decision what became of it
   * @param ours whether its domain is ours
   * @param blockAction what happens to a blocked alias' mail, or null
   * @param matchedLength how much of the address is the local part of the alias that decided; 0
   *     where none did
   * @param listName the name of the list that it stands for, or null
   */
  public record Member(
      @Nullable Node above,
      int number,
      String address,
      String finalAddress,
      Decision decision,
      boolean ours,
      @Nullable BlockAction blockAction,
      int matchedLength,
      @Nullable String listName) {
    /** Returns the alias that decided, its local part without an extension, or null. */
    public @Nullable String alias() {
      return matchedLength == 0
          ? null
          : AsciiCase.lower(address.substring(0, matchedLength))
              + address.substring(address.lastIndexOf('@'));
    }

    /** Makes one of its step. */
    public static Member of(@Nullable Node above, int number, ResolutionStep step) {
      String address = step.address();
      boolean ours = step.domainId() != null;
      String matched = step.matchedLocalPart();
      String found =
          Mailbox.tryParse(address).map(mailbox -> FinalAddress.of(mailbox, ours)).orElse(address);
      return new Member(
          above,
          number,
          address,
          // One text for both, as most are.
          found.equals(address) ? address : found,
          step.decision(),
          ours,
          step.blockAction(),
          matched == null ? 0 : matched.length(),
          step.listName());
    }
  }

  /** Returns the list that was asked for. */
  public long listId() {
    return listId;
  }

  /** Returns the lists and redirects within it, in the order in which they were found. */
  public List<Node> nodes() {
    return nodes;
  }

  /** Returns the members that lead no further, in the order in which they were found. */
  public List<Member> members() {
    return members;
  }

  /** Returns whether it needs more steps than the database takes; then it has no members. */
  public boolean isTooLarge() {
    return tooLarge;
  }

  /** Returns the rows that it rests on: what to forget it by. */
  Set<Dependency> dependencies() {
    return dependencies;
  }

  /** Returns the rows that a step rests on. */
  static Set<Dependency> dependencies(ResolutionStep step) {
    Long domainId = step.domainId();
    Long listId = step.listId();
    Dependency domain = domainId == null ? Dependency.NOBODYS_NAMES : Dependency.domain(domainId);
    return listId == null ? Set.of(domain) : Set.of(domain, Dependency.list(listId));
  }

  /** Returns about how much memory it takes, in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Takes the steps of an expansion, in the order of {@code authserver.forwarder_expand}. */
  public static final class Builder {
    private final long listId;
    private final Map<Integer, Node> byStep = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final Set<Dependency> dependencies = new HashSet<>();
    private boolean tooLarge;

    /** Begins. */
    public Builder(long listId) {
      this.listId = listId;
      dependencies.add(Dependency.list(listId));
    }

    /**
     * Takes a step.
     *
     * @param number its number, from 1
     * @param parent the number of the list or redirect that named it; null for the list itself
     */
    public void add(int number, @Nullable Integer parent, ResolutionStep step) {
      dependencies.addAll(Expansion.dependencies(step));
      if (step.decision() == Decision.TOO_MANY) {
        tooLarge = true;
        nodes.clear();
        members.clear();
        return;
      }
      Node above = parent == null ? null : Objects.requireNonNull(byStep.get(parent));
      if (above != null) {
        above.leadsSomewhere = true;
      }
      if (step.decision().leadsOn()) {
        Node node = new Node(above, number, step);
        byStep.put(number, node);
        nodes.add(node);
        return;
      }
      if (step.decision() == Decision.REPEATED) {
        return;
      }
      Member member = Member.of(above, number, step);
      if (seen.add(member.finalAddress())) {
        members.add(member);
      }
    }

    /** Ends. */
    public Expansion build() {
      return new Expansion(this);
    }
  }
}
