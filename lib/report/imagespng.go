package report

import (
	"image"
	"image/color"
	"math"

	xdraw "golang.org/x/image/draw"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// The lengths of an image grid are pixels of the picture, so that every pixel of the data becomes a square of them.
const (
	dot = vg.Inch / pictureDPI // one of them

	imageMin, imageMax = 56, 140 // width of an image
	imageGap, imageAir = 9, 36   // least and greatest distance between the places of two images
	underHeight        = 32      // of the label under an image
	besideWidth        = 140     // of the row's label; a longer word makes it wider
	besideHeight       = 27      // of a line of it
	besideGap          = 10
	lineGap, rowGap    = 12, 22 // below a line of images with their labels, and below a row of such lines
	frameWidth         = 3

	imageTextSize = 12 // points
)

// marked is the colour of frames and labels of corrupted images; other images have an edge, where white ones would fade into the page.
var marked, edge = palette[1], color.NRGBA{0xC0, 0xC0, 0xC0, 0xFF}

var imageText = style(imageTextSize)

// dots is a length in pixels, rounded up.
func dots(l vg.Length) int { return int(math.Ceil(float64(l / dot))) }

// gridLayout is where everything of an image grid stands.
type gridLayout struct {
	head           head
	left           int // of the first image's place
	columns, pitch int // places in a line, and the width of each
	scale          int // pixels of the picture for one of the data
	rows           []rowLayout
	height         int // of the picture
}

type rowLayout struct {
	ImageRow
	beside          []string // the row's label in lines
	top, tall, line int      // of the first line of images; the height of an image; that of a line with its labels
}

// PNG draws the grid on white, 1120 pixels wide, every pixel of the data as a square; its height grows with the rows. The same grid gives
// the same bytes.
func (g ImageGrid) PNG() ([]byte, error) {
	l := g.layout()
	return l.head.png(vg.Length(l.height)*dot, func(c draw.Canvas, picture *vgimg.Canvas) {
		e := easel{l, c, picture.Image()}
		for _, r := range l.rows {
			e.row(r)
		}
	})
}

func (g ImageGrid) layout() gridLayout {
	legend := ""
	if g.markFact() != "" {
		legend = "× corrupted: not the true label, or the input was replaced"
	}
	l := gridLayout{head: layoutHead(g.Title, framed(legend))}
	beside, under, size, most := 0, 0, 0, 0
	for _, row := range g.Rows {
		lines := wrap(row.Label, func(line string) bool { return imageText.Width(line) <= besideWidth*dot })
		for _, line := range lines {
			beside = max(beside, dots(imageText.Width(line)))
		}
		for _, t := range row.Tiles {
			under, size = max(under, dots(t.style().Width(t.text()))), max(size, t.Image.Rect.Dx())
		}
		l.rows = append(l.rows, rowLayout{ImageRow: row, beside: lines})
		most = max(most, len(row.Tiles))
	}
	l.left = dots(margin) + beside + besideGap
	l.fit(dots(pictureWidth-margin)-l.left, most, size, under)
	l.stack()
	return l
}

// fit chooses how many images stand in a line, and how large: all of them, if they are then wide enough to be seen, else about as many in
// each of several lines. The images are size pixels of the data wide, the labels under them at most under.
func (l *gridLayout) fit(room, most, size, under int) {
	place := func(scale int) int { return max(scale*size, under) + imageGap }
	l.scale = (imageMin + size - 1) / size
	l.columns = max(1, min(most, room/place(l.scale)))
	lines := (most + l.columns - 1) / l.columns
	l.columns = (most + lines - 1) / lines
	for (l.scale+1)*size <= imageMax && l.columns*place(l.scale+1) <= room {
		l.scale++
	}
	l.pitch = min(room/l.columns, place(l.scale)+imageAir)
}

// stack places the rows below each other.
func (l *gridLayout) stack() {
	y := dots(margin+l.head.height()) + rowGap/2
	for i := range l.rows {
		r := &l.rows[i]
		lines := (len(r.Tiles) + l.columns - 1) / l.columns
		r.top, r.tall = y, r.Tiles[0].Image.Rect.Dy()*l.scale
		r.line = r.tall + underHeight + lineGap
		y += max(lines*r.line-lineGap, len(r.beside)*besideHeight) + rowGap
	}
	l.height = y - rowGap + dots(margin)
}

func (t Tile) text() string {
	if t.Corrupted {
		return "× " + t.Label
	}
	return t.Label
}

func (t Tile) style() text.Style {
	if !t.Corrupted {
		return imageText
	}
	sty := bold(imageTextSize)
	sty.Color = marked
	return sty
}

// easel draws letters and images on the same picture, in pixels from its upper left corner.
type easel struct {
	gridLayout
	letters draw.Canvas
	images  xdraw.Image
}

// row draws images, and writes their label against the middle of the first line of them, or from its top where it has more lines than fit there.
func (e easel) row(r rowLayout) {
	first := r.top + max(r.tall-len(r.beside)*besideHeight, 0)/2 + besideHeight/2
	for i, line := range r.beside {
		e.text(imageText, dots(margin), first+i*besideHeight, line)
	}
	for i, t := range r.Tiles {
		wide := t.Image.Rect.Dx() * e.scale
		x, y := e.left+i%e.columns*e.pitch+(e.pitch-wide)/2, r.top+i/e.columns*r.line
		place, frame, width := image.Rect(x, y, x+wide, y+r.tall), edge, 1
		if t.Corrupted {
			frame, width = marked, frameWidth
		}
		xdraw.Draw(e.images, place.Inset(-width), image.NewUniform(frame), image.Point{}, xdraw.Src)
		xdraw.NearestNeighbor.Scale(e.images, place, t.Image, t.Image.Rect, xdraw.Src, nil)
		sty := t.style()
		sty.XAlign = draw.XCenter
		e.text(sty, x+wide/2, y+r.tall+frameWidth+underHeight/2, t.text())
	}
}

func (e easel) text(sty text.Style, x, y int, words string) {
	e.letters.FillText(sty, vg.Point{X: vg.Length(x) * dot, Y: vg.Length(e.height-y) * dot}, words)
}
