package dev.treadle.internal.ready;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Lanes by the rank of their first job. A lane knows its place, so that it can be moved and taken
/// out. Lanes in here are never empty.
final class LaneHeap {
  private final ArrayList<Lane> lanes = new ArrayList<>();

  boolean isEmpty() {
    return lanes.isEmpty();
  }

  int size() {
    return lanes.size();
  }

  @Nullable Lane first() {
    return lanes.isEmpty() ? null : lanes.getFirst();
  }

  Lane get(int index) {
    return lanes.get(index);
  }

  void add(Lane lane) {
    lane.home = this;
    lane.place = lanes.size();
    lanes.add(lane);
    up(lane);
  }

  void remove(Lane lane) {
    int hole = lane.place;
    Lane last = lanes.removeLast();
    lane.home = null;
    if (last != lane) {
      put(last, hole);
      moved(last);
    }
  }

  /// The first job of the lane has changed.
  void moved(Lane lane) {
    up(lane);
    down(lane);
  }

  private void up(Lane lane) {
    int at = lane.place;
    while (at > 0) {
      Lane parent = lanes.get((at - 1) >>> 1);
      if (!lane.before(parent)) {
        break;
      }
      put(parent, at);
      at = (at - 1) >>> 1;
    }
    put(lane, at);
  }

  private void down(Lane lane) {
    int at = lane.place;
    int end = lanes.size();
    while (2 * at + 1 < end) {
      int next = 2 * at + 1;
      if (next + 1 < end && lanes.get(next + 1).before(lanes.get(next))) {
        next++;
      }
      Lane child = lanes.get(next);
      if (!child.before(lane)) {
        break;
      }
      put(child, at);
      at = next;
    }
    put(lane, at);
  }

  private void put(Lane lane, int at) {
    lanes.set(at, lane);
    lane.place = at;
  }
}
