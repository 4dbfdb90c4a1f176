package data

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// patience says how long a download waits for what does not come.
type patience struct {
	attempt  time.Duration // for the end of an attempt: the next one goes on from where it stood
	pause    time.Duration // before another attempt
	attempts int           // that may fail, one after the other, without getting further
}

// errRefused marks failures that end the download; after any other, another attempt may go on.
var errRefused = errors.New("asking again is of no use")

// download is an archive on its way into a file, which another process may have begun.
type download struct {
	archive
	part     string // the file
	progress func(done, total int64)
	done     int64     // bytes that are there
	told     time.Time // when progress was told last
}

// run fills d.part up to the archive's size. Whether the content is right remains to be checked.
func (d *download) run(ctx context.Context) error {
	furthest := d.have()
	for failed := 0; ; {
		err := d.attempt(ctx)
		have := d.have()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("stopped at %d of %d bytes, the next start goes on from there: %w", have, d.size, ctx.Err())
		case errors.Is(err, errRefused):
			return err
		case have > furthest:
			furthest, failed = have, 0
		default:
			failed++
		}
		if failed >= d.patience.attempts {
			return fmt.Errorf("gave up at %d of %d bytes: %w", have, d.size, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(d.patience.pause):
		}
	}
}

// have is how many bytes are there.
func (d *download) have() int64 {
	info, err := os.Stat(d.part)
	if err != nil {
		return 0
	}
	return info.Size()
}

// attempt asks for what is missing and appends what comes.
func (d *download) attempt(ctx context.Context) error {
	have := d.have()
	switch {
	case have == d.size:
		return nil
	case have > d.size:
		have = 0
	}
	ctx, cancel := context.WithTimeout(ctx, d.patience.attempt)
	defer cancel()
	answer, err := d.ask(ctx, have)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if d.done, err = d.judge(answer, have); err != nil {
		return err
	}
	file, err := os.OpenFile(d.part, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	if err := file.Truncate(d.done); err != nil {
		return cmp.Or(err, file.Close())
	}
	// One byte more than expected is enough to notice an archive that is too long.
	_, err = io.Copy(io.MultiWriter(file, d), io.LimitReader(answer.Body, d.size-d.done+1))
	switch err = cmp.Or(err, file.Close()); {
	case err != nil:
		return err
	case d.done > d.size:
		return fmt.Errorf("the server sends more than the archive's %d bytes: %w", d.size, errRefused)
	case d.done < d.size:
		return fmt.Errorf("the answer ended at %d of %d bytes", d.done, d.size)
	}
	return nil
}

// ask requests the archive from byte have on.
func (d *download) ask(ctx context.Context, have int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity") // else a server may send the archive as the gzip coding of a tar file
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, errors.Unwrap(err) // without the method and the address
	}
	return answer, nil
}

// judge returns from which byte on the answer is, or an error if it is no part of the archive.
func (d *download) judge(answer *http.Response, have int64) (from int64, err error) {
	switch code := answer.StatusCode; {
	case code == http.StatusOK:
		from = 0
	case code == http.StatusPartialContent && strings.HasPrefix(answer.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
		from = have
	case code == http.StatusPartialContent, code == http.StatusRequestedRangeNotSatisfiable:
		return 0, cmp.Or(os.Truncate(d.part, 0), fmt.Errorf("the server does not go on from byte %d", have))
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		return 0, fmt.Errorf("the server answers %s", answer.Status)
	default:
		return 0, fmt.Errorf("the server answers %s: %w", answer.Status, errRefused)
	}
	if n := answer.ContentLength; n >= 0 && from+n != d.size {
		return 0, fmt.Errorf("the server offers %d bytes where the archive has %d: %w", from+n, d.size, errRefused)
	}
	return from, nil
}

// tellEvery keeps whoever shows progress from being kept busy by it.
const tellEvery = 100 * time.Millisecond

// Write counts what came, and tells progress of it.
func (d *download) Write(p []byte) (int, error) {
	d.done += int64(len(p))
	if d.progress != nil && (d.done >= d.size || time.Since(d.told) >= tellEvery) {
		d.told = time.Now()
		d.progress(d.done, d.size)
	}
	return len(p), nil
}
