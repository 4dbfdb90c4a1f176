package study

import "time"

// Observer is told how runs go. Its methods are called from one goroutine at a time; they must return quickly.
type Observer interface {
	// Fetching is called while a data set is downloaded.
	Fetching(Fetching)
	// Measuring is called while Ask computes, and at the end of a call that has computed something.
	Measuring(Measuring)
	Progress(Progress)
	// Finished is called once for every experiment of a call to All or Run that has ended: with a result just trained or read from disk,
	// or an error; and for every question that a call to Ask had to answer. Of the runs that the end of a context stops, it gets the first alone, and nothing afterwards.
	Finished(Finished)
}

// Fetching is where a download stands, in bytes.
type Fetching struct {
	Name        string // of the data set
	Done, Total int64
}

// Measuring is where a call to Ask stands.
type Measuring struct {
	Kind     string
	Fraction float64       // done, in [0,1]
	Left     time.Duration // estimate; 0 while unknown
	Took     time.Duration // of all that was computed; 0 before the end
}

// Progress is where a sweep stands.
type Progress struct {
	Experiment Experiment
	Index, Of  int           // this run's number, from 0, and how many the call asked for
	Epoch      int           // whole epochs done of this run
	Epochs     int           // epochs asked for
	Fraction   float64       // done of the whole sweep, in [0,1]
	Left       time.Duration // estimate for the whole sweep; 0 while unknown
	Train      float64       // train accuracy at the last evaluation, a share
	Test       float64       // test accuracy, likewise
}

// Finished is the end of one experiment or question.
type Finished struct {
	Work      Work
	Index, Of int
	Result    Result        // of an experiment
	FromDisk  bool          // it was read, not trained
	Took      time.Duration // of this run, now
	Err       error
}
