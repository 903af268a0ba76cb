package dev.secant.training;

/** Who looks on from outside while a run trains, and may ask it to stop. */
public interface Monitor {
  /** The two ways along a path. */
  enum Pass {
    /** Trains, and finds where the path ends. */
    RECORD("record"),
    /** Measures: walks the path again, or looks at the one that was kept. */
    REPLAY("replay");

    private final String text;

    Pass(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /**
   * Called before the first step of a pass, and again where it begins anew.
   *
   * @param step where it begins: above 0 where it goes on from a checkpoint
   */
  default void begins(Pass pass, long step) {}

  /** Called after every step. */
  void stepped();

  /**
   * Asked once a step: true ends the run with a {@link java.util.concurrent.CancellationException}.
   */
  boolean stopped();

  /** One that can stop a run as this one can, but does not hear of its steps. */
  default Monitor uncounted() {
    Monitor counted = this;
    return new Monitor() {
      @Override
      public void stepped() {}

      @Override
      public boolean stopped() {
        return counted.stopped();
      }
    };
  }

  /** Nobody looks on. */
  Monitor NONE =
      new Monitor() {
        @Override
        public void stepped() {}

        @Override
        public boolean stopped() {
          return false;
        }
      };
}
