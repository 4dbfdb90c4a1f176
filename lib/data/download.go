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
	stall    time.Duration // for an answer, and for the next byte
	pause    time.Duration // before another attempt
	attempts int           // that may fail, one after the other, without getting further
}

// errConnection marks failures after which another attempt may go on; any other failure ends the download.
var errConnection = errors.New("the connection failed")

// download is an archive on its way into a file, which another process may have begun.
type download struct {
	archive
	part     string // the file; part + ".validator" names the version of the archive that it began with
	progress func(done, total int64)
	told     time.Time
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
		case !errors.Is(err, errConnection):
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
	if have == d.size {
		return nil
	}
	if have > d.size {
		if err := os.Truncate(d.part, 0); err != nil {
			return err
		}
		have = 0
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(d.patience.stall, func() { cancel(fmt.Errorf("no byte for %s", d.patience.stall)) })
	defer watchdog.Stop()
	err := d.exchange(ctx, have, watchdog)
	if errors.Is(err, errConnection) && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", errConnection, context.Cause(ctx))
	}
	return err
}

func (d *download) exchange(ctx context.Context, have int64, watchdog *time.Timer) error {
	request, err := d.request(ctx, have)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("%w: %w", errConnection, errors.Unwrap(err)) // without the method and the address
	}
	defer answer.Body.Close()
	if have, err = d.judge(answer, have); err != nil {
		return err
	}
	file, err := d.open(answer, have)
	if err != nil {
		return err
	}
	// One byte more than expected is enough to notice an archive that is too long.
	body := io.LimitReader(&watchedBody{answer.Body, watchdog, d, have}, d.size-have+1)
	n, err := io.Copy(file, body)
	switch err = cmp.Or(err, file.Close()); {
	case err != nil:
		return err
	case have+n > d.size:
		return fmt.Errorf("the server sends more than the archive's %d bytes", d.size)
	case have+n < d.size:
		return fmt.Errorf("%w: it ended at %d of %d bytes", errConnection, have+n, d.size)
	}
	return nil
}

// request asks for the archive from byte have on, or for all of it if it is no longer the version that the file began with.
func (d *download) request(ctx context.Context, have int64) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity") // else a server may send the archive as the gzip coding of a tar file
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		if validator, err := os.ReadFile(d.part + ".validator"); err == nil && len(validator) > 0 {
			request.Header.Set("If-Range", string(validator))
		}
	}
	return request, nil
}

// judge returns from which byte on the answer is, or an error if it is no part of the archive.
func (d *download) judge(answer *http.Response, have int64) (from int64, err error) {
	switch code := answer.StatusCode; {
	case code == http.StatusOK:
		from = 0
	case code == http.StatusPartialContent && strings.HasPrefix(answer.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
		from = have
	case code == http.StatusPartialContent, code == http.StatusRequestedRangeNotSatisfiable:
		if err := os.Truncate(d.part, 0); err != nil {
			return 0, err
		}
		return 0, fmt.Errorf("%w: the server does not go on from byte %d", errConnection, have)
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		return 0, fmt.Errorf("%w: the server answers %s", errConnection, answer.Status)
	default:
		return 0, fmt.Errorf("the server answers %s", answer.Status)
	}
	if n := answer.ContentLength; n >= 0 && from+n != d.size {
		return 0, fmt.Errorf("the server offers %d bytes where the archive has %d", from+n, d.size)
	}
	return from, nil
}

// open opens the file for writing at its end, after emptying it if from is 0, and keeps the validator of what it then begins with.
func (d *download) open(answer *http.Response, from int64) (*os.File, error) {
	if from > 0 {
		return os.OpenFile(d.part, os.O_WRONLY|os.O_APPEND, 0)
	}
	file, err := os.Create(d.part)
	if err != nil {
		return nil, err
	}
	validator := answer.Header.Get("ETag")
	if validator == "" || strings.HasPrefix(validator, "W/") { // If-Range takes no weak ones
		validator = answer.Header.Get("Last-Modified")
	}
	if err := os.WriteFile(d.part+".validator", []byte(validator), 0o666); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// watchedBody reads an answer's body, reports progress, and marks its errors, to tell them from those of the disk.
type watchedBody struct {
	io.Reader
	watchdog *time.Timer
	download *download
	done     int64
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if n > 0 {
		b.watchdog.Reset(b.download.patience.stall)
		b.done += int64(n)
		b.download.tell(b.done)
	}
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%w: %w", errConnection, err)
	}
	return n, err
}

// tellEvery keeps whoever shows progress from being kept busy by it.
const tellEvery = 100 * time.Millisecond

func (d *download) tell(done int64) {
	if d.progress == nil || done < d.size && time.Since(d.told) < tellEvery {
		return
	}
	d.told = time.Now()
	d.progress(done, d.size)
}
